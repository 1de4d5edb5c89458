package cli

import (
	"encoding/json"
	"strings"
	"syscall"
	"testing"
	"time"

	"frontdesk/cloudapi/sandbox"
	"frontdesk/inbox"
)

// connection is what frontdesk disconnect --json tells.
type connection struct {
	Link  inbox.Link
	Phone inbox.Phone
}

func (s *shop) connection(t *testing.T) connection {
	t.Helper()
	return decodeLines[connection](t, s, "disconnect", "--json")[0]
}

// turns waits until the running owner knows how the number is connected.
func (s *shop) turns(t *testing.T, to inbox.LinkState) (c connection) {
	t.Helper()
	eventually(t, "the number is "+string(to), func() bool { c = s.connection(t); return c.Link.State == to })
	return c
}

// sentTexts are the texts that WhatsApp accepted, in the order of their requests.
func sentTexts(t *testing.T, sb *sandbox.Sandbox) (all []string) {
	t.Helper()
	for _, x := range replies(sb) {
		var body struct{ Text struct{ Body string } }
		must(t, json.Unmarshal(x.Body, &body))
		if x.Accepted {
			all = append(all, body.Text.Body)
		}
	}
	return all
}

// TestAChangedPhoneHoldsReplies: while the phone is changed a reply waits and says so, on the screen too; when it is
// connected again the reply goes by itself, once, also through an owner that ended in between.
func TestAChangedPhoneHoldsReplies(t *testing.T) {
	t.Parallel()
	sb, s := newFarSide(t)
	owner := s.serve(t, &lockedBuffer{})
	connectTo(t, sb, s)
	sb.Customer("+919800000210").Named("Asha Rao").Write("Is the 2 kg box in stock?")
	drain(t, sb)
	s.has(t, "Asha Rao", 1)

	sb.Phone().Offboard()
	drain(t, sb)
	if c := s.turns(t, inbox.LinkPaused); c.Link.Reason != "ACCOUNT_OFFBOARDED" || c.Link.Since.IsZero() {
		t.Errorf("%+v", c.Link)
	}
	stdout, stderr, status := s.output(t, "reply", "Asha Rao", "Yes, two left.", "--json")
	var held inbox.Message
	if err := json.Unmarshal([]byte(stdout), &held); err != nil || status != 1 || held.Status != inbox.Held || held.HoldReason != inbox.HoldPaused ||
		!strings.Contains(stderr, "goes by itself") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("a reply meanwhile: status %d, %s%s", status, stdout, stderr)
	}
	x := s.seat(t, 100, 28, "priya")
	x.sees("the phone was changed or registered again", "Asha Rao")
	x.keys("Enter")
	x.sees("Yes, two left.", "The phone is being changed")
	if n := len(replies(sb)); n != 0 {
		t.Fatalf("%d requests left while the phone was changed", n)
	}
	must(t, owner.Process.Signal(syscall.SIGTERM))
	eventually(t, "the owner is gone", func() bool { return owner.Process.Signal(syscall.Signal(0)) != nil })

	sb.Phone().Reconnect()
	drain(t, sb)
	x.until("the reply as read, and no notice", func(s string) bool {
		return strings.Contains(s, "you  ✓✓ read") && notIn(s, "the phone was changed")
	})
	if c := s.turns(t, inbox.LinkUp); c.Phone.SeenBy != inbox.SignLinked || c.Link.Reason != "" {
		t.Errorf("%+v", c)
	}
	drain(t, sb)
	if got := sentTexts(t, sb); len(got) != 1 || got[0] != "Yes, two left." || len(replies(sb)) != 1 {
		t.Errorf("WhatsApp got %q in %d requests", got, len(replies(sb)))
	}
}

// TestADisconnectedNumberKeepsItsArchive: WhatsApp cut the number off. What is here is read and searched as before, with
// an owner and without; a reply is refused with the reason and what to do; connected again, it goes.
func TestADisconnectedNumberKeepsItsArchive(t *testing.T) {
	t.Parallel()
	sb, s := newFarSide(t)
	owner := s.serve(t, &lockedBuffer{})
	connectTo(t, sb, s)
	asha := sb.Customer("+919800000210").Named("Asha Rao")
	asha.Write("Is the 2 kg box in stock?")
	sb.Phone().Reply(asha, "Yes, two left.")
	drain(t, sb)
	s.has(t, "Asha Rao", 2)
	if stdout, stderr, status := s.output(t, "disconnect"); status != 0 || !strings.Contains(stdout, "Business Platform > Disconnect") || strings.Contains(stdout, "Now:") {
		t.Errorf("while it is connected: status %d, %s%s", status, stdout, stderr)
	}

	must(t, sb.Phone().Disconnect("PRIMARY_INACTIVITY"))
	drain(t, sb)
	if c := s.turns(t, inbox.LinkDown); c.Link.Reason != "PRIMARY_INACTIVITY" || c.Link.By != "SYSTEM" {
		t.Errorf("%+v", c.Link)
	}
	const why, next = "not opened for about 14 days", "open WhatsApp Business on the phone, then connect it again"
	_, stderr, status := s.output(t, "reply", "Asha Rao", "I keep one for you.")
	if status != 1 || !strings.Contains(stderr, why) || !strings.Contains(stderr, next) || strings.Count(stderr, "\n") != 1 {
		t.Errorf("a reply: status %d, %q", status, stderr)
	}
	x := s.seat(t, 130, 40, "ben")
	x.sees(why, "Asha Rao")
	x.keys("q")
	x.sees("ended with 0")

	before := texts(s.everything(t))
	archive := func(when string) {
		t.Helper()
		if all := texts(s.everything(t)); len(all) != 2 || strings.Join(all, "\n") != strings.Join(before, "\n") {
			t.Errorf("%s there is %q", when, all)
		}
		if found := decodeLines[inbox.Match](t, s, "search", "2 kg", "--json"); len(found) != 1 || found[0].ThreadName != "Asha Rao" {
			t.Errorf("%s the search finds %+v", when, found)
		}
		if stdout, stderr, status := s.output(t, "disconnect"); status != 0 || !strings.Contains(stdout, "Now: ") || !strings.Contains(stdout, why) || !strings.Contains(stdout, next) || !strings.Contains(stdout, "frontdesk search") {
			t.Errorf("%s disconnect: status %d, %s%s", when, status, stdout, stderr)
		}
	}
	archive("with an owner")
	must(t, owner.Process.Signal(syscall.SIGTERM))
	eventually(t, "the owner is gone", func() bool { return !alive(s) })
	archive("without an owner")
	if n := len(replies(sb)); n != 0 {
		t.Errorf("%d requests left", n)
	}

	s.serve(t, &lockedBuffer{})
	sb.Phone().Connect()
	drain(t, sb)
	s.turns(t, inbox.LinkUp)
	if _, stderr, status := s.output(t, "reply", "Asha Rao", "We are back."); status != 0 {
		t.Errorf("connected again: status %d, %s", status, stderr)
	}
	if got := sentTexts(t, sb); len(got) != 1 || got[0] != "We are back." {
		t.Errorf("WhatsApp got %q", got)
	}
}

// TestTrayOfTheProgram: what is not handed on is listed until somebody looked at the phone, for everybody.
func TestTrayOfTheProgram(t *testing.T) {
	t.Parallel()
	sb, s := newDesk(t)
	asha := sb.Customer("+919800000210").Named("Asha Rao")
	asha.Write("Which colour?", sandbox.At(time.Now().Add(-time.Minute)))
	asha.Unsupported("poll_creation")
	drain(t, sb)
	s.has(t, "Asha Rao", 2)
	items := decodeLines[inbox.TrayItem](t, s, "tray", "--json")
	if len(items) != 1 || items[0].Name != "Asha Rao" || items[0].Message.PhoneOnly == nil || items[0].Message.PhoneOnly.Lack != inbox.LackType {
		t.Fatalf("%+v", items)
	}
	key := items[0].Message.Key
	if stdout, _, status := s.output(t, "tray"); status != 0 || strings.Count(stdout, "\n") != 1 || !strings.Contains(stdout, "Asha Rao") || !strings.Contains(stdout, key) {
		t.Errorf("status %d, %q", status, stdout)
	}
	x := s.seat(t, 100, 28, "ben")
	x.sees("look at the phone", "Asha Rao")
	for _, k := range []string{"nobody's", items[0].Message.Key + "x"} {
		if _, stderr, status := s.output(t, "tray", "--looked", k); status != 1 || strings.Count(stderr, "\n") != 1 {
			t.Errorf("looked at %s: status %d, %q", k, status, stderr)
		}
	}
	if _, stderr, status := s.output(t, "tray", "--looked", key); status != 0 {
		t.Fatalf("looked: %s", stderr)
	}
	if stdout, _, status := s.output(t, "tray", "--json"); status != 0 || stdout != "" {
		t.Errorf("after that there is %s", stdout)
	}
	if stdout, stderr, status := s.output(t, "tray"); status != 0 || stdout != "" || stderr != "nothing waits to be looked at on the phone\n" {
		t.Errorf("an empty tray: status %d, %q, %q", status, stdout, stderr)
	}
	ms := decodeLines[inbox.Message](t, s, "messages", "Asha Rao", "--json")
	if p := ms[1].PhoneOnly; p == nil || p.LookedBy != "priya" || p.LookedAt.IsZero() || p.Tray {
		t.Errorf("%+v", p)
	}
}

// TestWhatWasUnavailableComesAfterAll: a message that WhatsApp cannot show yet has a row at once, and its text takes that
// row's place; nothing is there twice, nor left in the tray.
func TestWhatWasUnavailableComesAfterAll(t *testing.T) {
	t.Parallel()
	sb, s := newDesk(t)
	asha := sb.Customer("+919800000210").Named("Asha Rao")
	asha.Write("Hello", sandbox.At(time.Now().Add(-time.Minute)))
	m := asha.Unavailable("", 0)
	drain(t, sb)
	s.has(t, "Asha Rao", 2)
	row := decodeLines[inbox.Message](t, s, "messages", "Asha Rao", "--json")[1]
	if row.PhoneOnly == nil || row.PhoneOnly.Lack != inbox.LackContent || row.PhoneOnly.Tray || strings.Contains(row.Text, "2 kg") {
		t.Errorf("at first %+v, %+v", row, row.PhoneOnly)
	}
	x := s.seat(t, 100, 28, "priya")
	x.sees("Asha Rao", "2 unread")
	asha.Write("Is the 2 kg box in stock?", sandbox.WithID(m.ID), sandbox.At(m.At))
	drain(t, sb)
	x.sees("Is the 2 kg box in stock?")
	ms := decodeLines[inbox.Message](t, s, "messages", "Asha Rao", "--json")
	if len(ms) != 2 || ms[1].Key != row.Key || ms[1].Text != "Is the 2 kg box in stock?" || ms[1].PhoneOnly != nil || !ms[1].At.Equal(row.At) {
		t.Errorf("then %+v", ms)
	}
	if found := decodeLines[inbox.Match](t, s, "search", "2 kg", "--json"); len(found) != 1 || found[0].Key != row.Key {
		t.Errorf("the search finds %+v", found)
	}
	if th := decodeLines[inbox.Thread](t, s, "threads", "--json")[0]; th.Unread != 2 || th.Messages != 2 {
		t.Errorf("%d unread of %d", th.Unread, th.Messages)
	}

	kofi := sb.Customer("+15550100102").Named("Kofi Mensah")
	kofi.Unavailable("Good evening", 300*time.Millisecond) // as WhatsApp has it: within a moment
	s.has(t, "Kofi Mensah", 1)
	eventually(t, "the text follows", func() bool {
		ms := decodeLines[inbox.Message](t, s, "messages", "Kofi Mensah", "--json")
		return len(ms) == 1 && ms[0].Text == "Good evening" && ms[0].PhoneOnly == nil
	})
}
