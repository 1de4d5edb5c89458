package cli

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"frontdesk/cloudapi/sandbox"
	"frontdesk/inbox"
)

// known lists the threads of the built program by what their customers are called.
func (s *shop) known(t *testing.T) map[string][]inbox.Thread {
	t.Helper()
	out, errw, status := s.output(t, "threads", "--json")
	if status != 0 {
		t.Fatal(errw)
	}
	all := map[string][]inbox.Thread{}
	for line := range strings.Lines(out) {
		var th inbox.Thread
		must(t, json.Unmarshal([]byte(line), &th))
		all[th.Name] = append(all[th.Name], th)
	}
	return all
}

// TestOneCustomerIsOneThread meets customers who are known by several numbers, ids and names, as WhatsApp tells of them.
func TestOneCustomerIsOneThread(t *testing.T) {
	t.Parallel()
	sb, s := newFarSide(t)
	s.serve(t, io.Discard)
	connectTo(t, sb, s)
	phone := sb.Phone()
	// one waits until what is known of a customer is as it should be, in one thread.
	one := func(what, name string, ok func(inbox.Thread) bool) (th inbox.Thread) {
		t.Helper()
		drain(t, sb)
		eventually(t, what, func() bool {
			all := s.known(t)[name]
			if len(all) != 1 {
				return false
			}
			th = all[0]
			return ok(th)
		})
		return th
	}

	// Brazil: the phone's book, a person and a template have the ninth digit, WhatsApp's own id has not.
	joana := sb.Customer("+551695550121").Named("Jô")
	phone.SaveNumber("+55 16 99555-0121", "Joana Prado")
	out, errw, status := s.output(t, "template", "send", "+55 16 99555-0121", "order_update", "--lang", "en_US", "--var", "1=Joana", "--var", "2=88")
	if status != 0 {
		t.Fatalf("%s%s", out, errw)
	}
	joana.Write("Obrigada!")
	phone.SendText(joana, "Até logo!")
	one("Joana in one thread", "Joana Prado", func(th inbox.Thread) bool { return th.Messages == 3 && th.WaID == "551695550121" })
	out, errw, status = s.output(t, "reply", "+55 16 99555-0121", "De nada")
	if sends := sb.Sends(); status != 0 || !strings.Contains(string(sends[len(sends)-1].Body), `"+551695550121"`) {
		t.Errorf("a reply went to %s: %s%s", sends[len(sends)-1].Body, out, errw)
	}

	// Mexico's 1 likewise; Argentina's 9 is found, and is nobody else's landline.
	sb.Customer("+5215555010122").Write("Hola")
	phone.SaveNumber("+52 55 5501 0122", "Luz Herrera")
	one("Luz in one thread", "Luz Herrera", func(th inbox.Thread) bool { return th.WaID == "5215555010122" })
	sb.Customer("+5491155550123").Named("Diego Sosa").Write("Soy Diego")
	sb.Customer("+541155550124").Named("Farmacia del Sur").Write("Su pedido")
	sb.Customer("+5491155550124").Named("Sol").Write("Soy Sol")
	one("Diego", "Diego Sosa", func(th inbox.Thread) bool { return th.Messages == 1 })
	one("Sol", "Sol", func(th inbox.Thread) bool { return th.Messages == 1 })
	for number, says := range map[string]string{"+54 11 5555-0123": "Soy Diego", "+54 11 5555-0124": "Su pedido", "+54 9 11 5555-0124": "Soy Sol"} {
		if out, errw, _ := s.output(t, "messages", number); !strings.Contains(out, says) {
			t.Errorf("%s: %s%s", number, out, errw)
		}
	}

	// A number without ids, then ids without the number, then one item with all of it.
	nadia := sb.Customer("+447700900131").Named("Nadia Karim").WithoutUserID(true)
	nadia.Write("Good morning")
	before := one("Nadia by her number", "Nadia Karim", func(th inbox.Thread) bool { return th.WaID == "447700900131" && th.UserID == "" })
	nadia.WithoutUserID(false).WithParentID("GB.ENT.131").WithUsername("nadia.travels", true)
	nadia.Write("Could we have a cot?")
	drain(t, sb)
	var apart inbox.ThreadID
	eventually(t, "Nadia by her user ids, in a thread of their own", func() bool {
		all := s.known(t)["Nadia Karim"]
		for _, th := range all {
			if th.WaID == "" && th.UserID == nadia.UserID() && th.ParentUserID == "GB.ENT.131" && th.Username == "nadia.travels" {
				apart = th.ID
			}
		}
		return len(all) == 2 && apart != ""
	})
	out, errw, status = s.output(t, "reply", string(apart), "Of course.")
	if sends := sb.Sends(); status != 0 || !strings.Contains(string(sends[len(sends)-1].Body), `"recipient":"`+nadia.UserID()+`"`) {
		t.Errorf("a reply went to %s: %s%s", sends[len(sends)-1].Body, out, errw)
	}
	nadia.WithUsername("nadia.travels", false)
	nadia.Write("My number again.")
	now := one("Nadia in one thread", "Nadia Karim", func(th inbox.Thread) bool {
		return th.Messages == 4 && th.WaID == "447700900131" && th.UserID == nadia.UserID() && th.ParentUserID == "GB.ENT.131" && th.Username == "nadia.travels"
	})
	if now.ID != before.ID {
		t.Errorf("the thread was %s and is %s", before.ID, now.ID)
	}
	if out, errw, _ := s.output(t, "messages", string(apart)); strings.Count(out, "customer: ") != 3 {
		t.Errorf("by the id that was taken in: %s%s", out, errw)
	}

	// A changed number: two threads that know of each other.
	omar := sb.Customer("+201555010132").Named("Omar Khaled")
	omar.Write("Any news?")
	one("Omar", "Omar Khaled", func(inbox.Thread) bool { return true })
	moved := omar.MoveTo("+201555010142")
	moved.Write("This is my new number.")
	drain(t, sb)
	eventually(t, "Omar's two threads", func() bool { return len(s.known(t)["Omar Khaled"]) == 2 })
	l := speakTo(t, s.command(t.Context(), t, "--plain"))
	l.says("Type help for commands.\n")
	l.types("open +201555010132", "The customer has the number +20 15 55010142 now; messages here go to the old one. other opens the other thread.")
	l.types("other", "This is my new number.")
	l.types("note", "The customer had the number +20 15 55010132 before.")

	// Two numbers of which only a person knows that they are one customer's; what was said can be taken back.
	home, office := sb.Customer("+34600555133").Named("Inés Vidal"), sb.Customer("+34910555134").Named("Vidal Arquitectos")
	home.Write("¿Me mandan la factura?")
	one("Inés", "Inés Vidal", func(inbox.Thread) bool { return true })
	office.Write("Soy Inés, desde la oficina.")
	one("the office", "Vidal Arquitectos", func(inbox.Thread) bool { return true })
	l.types("open Inés Vidal", "Thread ")
	l.types("join Vidal Arquitectos", "are one thread.")
	eventually(t, "the two as one", func() bool {
		all := s.known(t)
		return len(all["Inés Vidal"])+len(all["Vidal Arquitectos"]) == 1
	})
	l.types("separate", "They are two threads again.")
	for name, text := range map[string]string{"Inés Vidal": "¿Me mandan", "Vidal Arquitectos": "Soy Inés"} {
		one(name+" again", name, func(th inbox.Thread) bool {
			return th.Messages == 1 && th.LastMessage != nil && strings.HasPrefix(th.LastMessage.Text, text)
		})
	}
	if f := sb.Traffic(); f.Repeats+f.Outstanding != 0 {
		t.Errorf("webhooks were refused: %+v", f)
	}
}

// TestDemoIdentity plays the scene with the built program and no screen: of its ten threads two become one.
func TestDemoIdentity(t *testing.T) {
	t.Parallel()
	s := newShop(t, "")
	out, stderr, status := s.output(t, "demo", "--scene", sandbox.Identity().Name(), "--headless", "--for", "9s", "--speed", "4")
	if status != 0 || !strings.Contains(out, "demo: 9 threads") || !strings.Contains(out, "0 uncertain") {
		t.Errorf("status %d: %s%s", status, out, stderr)
	}
}
