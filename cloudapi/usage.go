package cloudapi

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

// usage is what the rate headers tell (cloud-api 1.5).
type usage struct {
	percent float64       // of the scarcest allowance
	regain  time.Duration // until a used-up one is open again
}

// readUsage reads X-App-Usage and X-Business-Use-Case-Usage. Unreadable headers tell nothing.
func readUsage(h http.Header) usage {
	type gauge struct {
		Calls   float64 `json:"call_count"`
		Time    float64 `json:"total_time"`
		CPU     float64 `json:"total_cputime"`
		Minutes float64 `json:"estimated_time_to_regain_access"`
	}
	var u usage
	count := func(g gauge) {
		u.percent = max(u.percent, g.Calls, g.Time, g.CPU)
		u.regain = max(u.regain, time.Duration(min(max(g.Minutes, 0), 24*60)*float64(time.Minute)))
	}
	var app gauge
	if s := h.Get("X-App-Usage"); s != "" && json.Unmarshal([]byte(s), &app) == nil {
		count(app)
	}
	var business map[string][]gauge
	if s := h.Get("X-Business-Use-Case-Usage"); s != "" && json.Unmarshal([]byte(s), &business) == nil {
		for _, gauges := range business {
			for _, g := range gauges {
				count(g)
			}
		}
	}
	return u
}

// pace slows management calls down above four fifths of an allowance. Sends have limits of their own and never wait
// here.
type pace struct {
	mu      sync.Mutex
	percent float64
}

// note remembers the newest answer's usage; an answer without the headers says that nothing is scarce.
func (p *pace) note(h http.Header) {
	u := readUsage(h)
	p.mu.Lock()
	p.percent = u.percent
	p.mu.Unlock()
}

// pause is how long the next management call should wait: nothing up to 80 %, then rising to ten seconds.
func (p *pace) pause() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.percent <= 80 {
		return 0
	}
	return time.Duration(min(p.percent-80, 20) / 20 * float64(10*time.Second))
}
