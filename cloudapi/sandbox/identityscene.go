package sandbox

import (
	"strings"
	"time"
)

// Identity is a front desk whose guests are known by several names, played in half a minute: numbers that the phone's
// address book spells otherwise than WhatsApp, from Brazil, Mexico and Argentina; a guest who takes a username, writes
// without a number, and shows it again, so that two threads become one; a guest with a new number; and one who writes
// from the office, of which only a person can know that it is the same.
func Identity() Scene { return identity{} }

type identity struct{}

// Name is "identity".
func (identity) Name() string { return "identity" }

// When what happens, after the start.
const (
	joanaWrites = 3 * time.Second  // as WhatsApp spells her number, without the ninth digit
	nadiaHides  = 5 * time.Second  // she writes by her username and ids alone
	omarMoves   = 9 * time.Second  // he has a new number
	omarWrites  = 12 * time.Second // from it
	inesWrites  = 15 * time.Second // from the office
	nadiaShows  = 22 * time.Second // one item names number, ids and username
)

// The guests. None of the numbers is in use.
var (
	joana     = guest{number: "+551695550121", name: "Jô", language: "pt", story: "g 3h Bom dia! O quarto com varanda está livre no feriado?\np 2h54m Bom dia, Joana! Está sim, reservei para você."}
	luz       = guest{number: "+5215555010122", name: "Luz", language: "es", story: "g 50m ¿A qué hora es la salida?\np 46m A las 12, y puede dejar sus maletas."}
	diego     = guest{number: "+5491155550123", name: "Diego Sosa", language: "es", story: "g 40m Hola, ¿tienen estacionamiento?"}
	sur       = guest{number: "+541155550124", name: "Farmacia del Sur", language: "es", story: "g 35m Su pedido está listo para retirar."}
	nadia     = guest{number: "+447700900131", name: "Nadia Karim", language: "en", username: "nadia.travels", story: "g 5h Good morning, we arrive on Friday at noon.\np 4h50m Welcome Nadia, the room will be ready at two."}
	omar      = guest{number: "+201555010132", name: "عمر خالد", language: "ar", story: "g 2h هل يمكن تأجيل الوصول إلى يوم السبت؟\np 1h50m نعم، تم التأجيل إلى السبت."}
	ines      = guest{number: "+34600555133", name: "Inés Vidal", language: "es", story: "g 1h30m Hola, ¿me mandan la factura de marzo?\np 1h20m Se la envío esta tarde."}
	theOffice = guest{number: "+34910555134", name: "Vidal Arquitectos", language: "es"}
)

// Play brings the guests on and schedules the rest.
func (identity) Play(sb *Sandbox) {
	for _, t := range hotelTemplates() {
		if _, err := sb.AddTemplate(t); err != nil {
			sb.log.Error("template left out", "error", err.Error())
		}
	}
	phone, now := sb.Phone().Ticks(true), sb.Now()
	phone.SaveNumber("+55 16 99555-0121", "Joana Prado")
	phone.SaveNumber("+52 55 5501 0122", "Luz Herrera")
	at := map[string]*Customer{}
	for _, g := range []guest{joana, luz, diego, sur, nadia, omar, ines} {
		username := g.username
		g.username = ""
		c := enter(sb, g).WithoutUserID(username != "")
		at[g.number] = c
		mustScript(g.story).past(sb, c, now)
	}
	says := func(after time.Duration, c *Customer, text string) { sb.After(after, func() { c.Write(text) }) }
	says(joanaWrites, at[joana.number], "E o café da manhã está incluído?")
	n := at[nadia.number]
	sb.After(nadiaHides, func() {
		n.WithoutUserID(false).WithParentID("GB.ENT."+strings.TrimPrefix(n.UserID(), "GB.")).WithUsername(nadia.username, true)
		n.Write("Could we have a cot in the room, please?")
	})
	sb.After(omarMoves, func() {
		moved := at[omar.number].MoveTo("+201555010142")
		enter(sb, guest{number: moved.Number(), name: omar.name, language: omar.language})
		says(omarWrites-omarMoves, moved, "هذا رقمي الجديد، هل وصلت التذكرة؟")
	})
	sb.After(inesWrites, func() { enter(sb, theOffice).Write("Soy Inés, escribo desde la oficina. ¿Ya salió la factura?") })
	sb.After(nadiaShows, func() {
		n.WithUsername(nadia.username, false)
		n.Write("Here is my number again, in case you need to call.")
	})
}
