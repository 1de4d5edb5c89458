package cloudapi

import (
	"encoding/csv"
	"os"
	"strconv"
	"strings"
	"testing"
)

func TestEveryCodeIsExplained(t *testing.T) {
	f, err := os.Open("error-codes.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) < 140 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, r := range rows[1:] {
		low, _, ranged := strings.Cut(r[0], "-")
		code, err := strconv.Atoi(low)
		if err != nil {
			t.Fatal(err)
		}
		if ranged {
			code++ // inside the range, where no row of its own is
		}
		sub, _ := strconv.Atoi(r[1])
		title, hint := Explain(code, sub)
		if title != r[2] || hint != r[5] || title == "" || hint == "" {
			t.Errorf("%v: %q, %q", r, title, hint)
		}
	}
}

func TestExplainFallsBack(t *testing.T) {
	same := func(code, sub, like, likeSub int) {
		t.Helper()
		title, hint := Explain(code, sub)
		wantTitle, wantHint := Explain(like, likeSub)
		if title != wantTitle || hint != wantHint {
			t.Errorf("Explain(%d, %d) = %q", code, sub, title)
		}
	}
	same(131047, 2494055, 131047, 0)
	same(299, 0, 201, 0)
	for _, code := range []int{CodeUnreachable, CodeNoAnswer, CodeRefused, CodeUnsendable, 987654, 300, -99} {
		title, hint := Explain(code, 0)
		if title == "" || hint == "" {
			t.Errorf("%d has no words", code)
		}
	}
	if title, _ := Explain(987654, 0); !strings.Contains(title, "987654") {
		t.Errorf("an unknown code is not named: %q", title)
	}
}
