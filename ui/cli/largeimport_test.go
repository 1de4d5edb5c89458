package cli

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"frontdesk/inbox"
)

// largeBody is an import of about so many bytes, in messages whose text has a length.
func largeBody(n, size, text int, at time.Time) []byte {
	b := make([]byte, 0, size+text+2000)
	b = fmt.Appendf(b, `{"object":"whatsapp_business_account","entry":[{"id":"%s","changes":[{"value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550100001","phone_number_id":"%s"},"history":[{"metadata":{"phase":1,"chunk_order":%d,"progress":50},"threads":[`,
		testWABA, testLine, n+1)
	long := strings.Repeat("a long story ", text/13+1)[:text]
	for chat := 0; len(b) < size; chat++ {
		if chat > 0 {
			b = append(b, ',')
		}
		phone := phoneNumber(chat % 997)
		b = fmt.Appendf(b, `{"id":"%s","messages":[`, phone)
		for i := 0; i < 40 && len(b) < size; i++ {
			if i > 0 {
				b = append(b, ',')
			}
			b = fmt.Appendf(b, `{"from":"%s","id":"%s","timestamp":"%d","type":"text","text":{"body":"(large %d.%d) %s"}}`,
				phone, pastID(phone, 0x12, n<<24+chat<<6+i), at.Unix()-int64(chat*40+i), n, chat*40+i, long)
		}
		b = append(b, "]}"...)
	}
	return append(b, `]}]},"field":"history"}]}]}`...)
}

// BenchmarkHouseImportLarge: what memory an owner needs while it takes in bodies as large as WhatsApp says that it sends
// (3 MB), and as large as it takes any, of short messages and of long ones.
func BenchmarkHouseImportLarge(b *testing.B) {
	for _, bb := range []struct {
		name               string
		bodies, size, text int
	}{
		{"3MB-short", 40, 3 << 20, 40},
		{"16MB-short", 10, 16<<20 - 4096, 40},
		{"16MB-long", 10, 16<<20 - 8192, 4000},
		{"16MB-huge", 10, 14 << 20, 1 << 20},
	} {
		b.Run(bb.name, func(b *testing.B) {
			for b.Loop() {
				s := newShop(b, "")
				owner := s.serve(b, io.Discard)
				d := s.attach(b)
				memory := watchMemory(owner.Process.Pid)
				client := &http.Client{}
				began := time.Now()
				for n := range bb.bodies {
					body := largeBody(n, bb.size, bb.text, began)
					if status, err := postSigned(b.Context(), client, s.url(), body, sign(body)); err != nil || status != http.StatusOK {
						b.Fatalf("body %d: %d %v", n, status, err)
					}
				}
				client.CloseIdleConnections()
				b.ReportMetric(time.Since(began).Seconds(), "s-acked")
				for n := range bb.bodies {
					for {
						page, err := d.Search(b.Context(), inbox.SearchQuery{Text: fmt.Sprintf("(large %d.0)", n), Limit: 1})
						if err != nil {
							b.Fatal(err)
						}
						if len(page.Matches) > 0 {
							break
						}
						time.Sleep(200 * time.Millisecond)
					}
				}
				b.ReportMetric(time.Since(began).Seconds(), "s")
				b.ReportMetric(float64(memory())/(1<<20), "MB-anonymous")
				b.ReportMetric(0, "ns/op")
				_ = d.Close()
				stopOwner(b, owner)
			}
		})
	}
}
