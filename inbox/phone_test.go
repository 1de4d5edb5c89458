package inbox

import (
	"fmt"
	"slices"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

func TestTwinsAreOneSubscriber(t *testing.T) {
	for _, x := range []struct{ number, twin string }{
		{"5516992318222", "551692318222"},
		{"5531988765432", "553188765432"},
		{"5531968765432", "553168765432"},
		{"5531932345678", ""}, // without the 9 it would be a landline
		{"553132345678", ""},
		{"5531978765432", ""}, // without the 9 it would be trunked radio
		{"553178765432", ""},
		{"5215512345678", "525512345678"},
		{"5491123456789", ""}, // see Spellings
		{"541123456789", ""},
		{"16505551234", ""}, {"4915112345678", ""}, {"55", ""}, {"", ""}, {"5215", ""},
	} {
		got, ok := twin(x.number)
		if got != x.twin || ok != (x.twin != "") {
			t.Errorf("the twin of %q is %q, %v; want %q", x.number, got, ok, x.twin)
		}
		if back, _ := twin(got); x.twin != "" && back != x.number {
			t.Errorf("the twin of %q is %q, and not %q", got, back, x.number)
		}
	}
}

// Certain means that the country's plan knows one of the two spellings and not the other.
func TestTwinsAgreeWithThePlan(t *testing.T) {
	valid := func(digits string) bool { return phonenumbers.IsValidNumber(parseNumber(digits)) }
	pairs := 0
	for area := 11; area <= 99; area++ {
		for first := '1'; first <= '9'; first++ {
			long := fmt.Sprintf("55%d9%c1234567", area, first)
			if short, ok := twin(long); ok && valid(long) {
				pairs++
				if valid(short) {
					t.Errorf("%s and %s are both numbers", long, short)
				}
			}
		}
	}
	for area := 220; area <= 999; area++ {
		short := fmt.Sprintf("52%d1234567", area)
		if long, ok := twin(short); ok && valid(short) {
			pairs++
			if valid(long) {
				t.Errorf("%s and %s are both numbers", long, short)
			}
		}
	}
	if pairs < 300 {
		t.Errorf("only %d pairs were looked at", pairs)
	}
}

func TestNumbersAsPeopleWriteThem(t *testing.T) {
	for _, x := range []struct {
		written, region string
		want            []string
	}{
		{"+55 16 99231-8222", "", []string{"5516992318222"}},
		{"00 55 16 99231 8222", "US", []string{"5516992318222"}},
		{"(16) 99231-8222", "BR", []string{"5516992318222"}},
		{"016 99231-8222", "BR", []string{"5516992318222"}},
		{"551692318222", "BR", []string{"551692318222"}}, // as WhatsApp's id has it
		{"5516992318222", "BR", []string{"5516992318222"}},
		{"011 15 2345-6789", "AR", []string{"5491123456789"}},
		{"55 1234 5678", "MX", []string{"525512345678"}},
		{"5215512345678", "MX", []string{"5215512345678"}},
		{"(650) 555-1234", "US", []string{"16505551234"}},
		{"16505551234", "BR", []string{"16505551234"}},
		{"6591234567", "IN", []string{"6591234567", "916591234567"}}, // Singapore, or at home
		{"15550100001", "GB", []string{"15550100001"}},               // of no plan: as it stands
		{"12", "BR", nil}, {"Asha", "BR", nil}, {"", "", nil}, {"+1234567890123456", "", nil},
	} {
		if got := ReadNumber(x.written, x.region); !slices.Equal(got, x.want) {
			t.Errorf("%q in %s means %q, want %q", x.written, x.region, got, x.want)
		}
	}
}

func TestNumbersForPeople(t *testing.T) {
	for digits, want := range map[string]string{
		"5516992318222": "+55 16 99231-8222", "551692318222": "+55 16 99231-8222", "553132345678": "+55 31 3234-5678",
		"5215512345678": "+52 55 1234 5678", "5491123456789": "+54 9 11 2345-6789", "16505551234": "+1 650-555-1234",
		"15550100001": "+15550100001", "1": "+1", "": "",
	} {
		if got := FormatNumber(digits); got != want {
			t.Errorf("%s reads %q, want %q", digits, got, want)
		}
	}
}
