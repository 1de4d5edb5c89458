package cli

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"
)

// chunkMessages is how many messages one chunk of an imported history holds.
const chunkMessages = 1000

// past is what a phone shares when it is linked (whatsapp's field history): the chats of many customers in chunks of a
// thousand messages, phase by phase from the last day back to half a year.
type past struct {
	chunks    int
	customers int
	linked    time.Time
}

// phases are how many chunks each of the three phases has. The last day is short.
func (p past) phases() [3]int {
	first := max(1, p.chunks/50)
	second := (p.chunks - first) / 2
	return [3]int{first, second, p.chunks - first - second}
}

// chunk is the body of the chunk with a number from 0 on, and place says which one it is.
func (p past) chunk(n int) []byte {
	phase, order := 0, n
	for of := p.phases(); phase < 2 && order >= of[phase]; phase++ {
		order -= of[phase]
	}
	talk := 40 // messages of one chat in the chunk
	if phase == 0 {
		talk = 4
	}
	b := make([]byte, 0, 400*chunkMessages)
	b = fmt.Appendf(b, `{"object":"whatsapp_business_account","entry":[{"id":"%s","changes":[{"value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550100001","phone_number_id":"%s"},"history":[{"metadata":{"phase":%d,"chunk_order":%d,"progress":%d},"threads":[`,
		testWABA, testLine, phase, order+1, (n+1)*100/p.chunks)
	for i := 0; i < chunkMessages; i += talk {
		if i > 0 {
			b = append(b, ',')
		}
		b = p.thread(b, phase, (n*chunkMessages+i)/talk*7919%p.customers, n*chunkMessages+i, talk)
	}
	return append(b, `]}]},"field":"history"}]}]}`...)
}

// thread appends what was said in one chat: customer and shop in turn, a picture at times, a quote at times.
func (p past) thread(b []byte, phase, customer, first, count int) []byte {
	phone := phoneNumber(customer)
	b = fmt.Appendf(b, `{"id":"%s","context":{"wa_id":"%s","user_id":"US.9%019d"},"messages":[`, phone, phone, customer)
	back := [3]time.Duration{24 * time.Hour, 90 * 24 * time.Hour, 180 * 24 * time.Hour}[phase]
	at := p.linked.Add(-back).Unix() + int64(first%5000)
	for i := range count {
		n := first + i
		if i > 0 {
			b = append(b, ',')
		}
		from, status, dir := phone, "READ", byte(0x12)
		if n%2 == 1 {
			from, status, dir = "15550100001", []string{"SENT", "DELIVERED", "READ", "PLAYED"}[n/2%4], 0x11
		}
		b = fmt.Appendf(b, `{"from":"%s","id":"%s","timestamp":"%d",`, from, pastID(phone, dir, n), at+int64(i)*60)
		if n%13 == 7 {
			b = append(b, `"type":"media_placeholder",`...)
		} else {
			text, _ := json.Marshal(fmt.Sprintf("%s (old %d)", sayings[n%len(sayings)], n))
			b = fmt.Appendf(b, `"type":"text","text":{"body":%s},`, text)
		}
		if n%19 == 5 && i > 0 {
			b = fmt.Appendf(b, `"context":{"from":"%s","id":"%s"},`, phone, pastID(phone, map[byte]byte{0x11: 0x12, 0x12: 0x11}[dir], n-1))
		}
		b = fmt.Appendf(b, `"history_context":{"status":"%s"}}`, status)
	}
	return append(b, `]}`...)
}

// pastID is the id of an imported message.
func pastID(remote string, dir byte, n int) string {
	key := fmt.Sprintf("3B%018X", n)
	b := append([]byte{0x1c, 0x18, byte(len(remote))}, remote...)
	b = append(b, 0x15, 0x02, 0x00, dir, 0x18, byte(len(key)))
	b = append(append(b, key...), 0)
	return "wamid." + base64.StdEncoding.EncodeToString(b)
}
