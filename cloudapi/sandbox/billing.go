package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// serviceCharged is the moment from which messages that are no templates are charged, and utility templates inside the
// window too (pricing updates page, 2026-09-28). The practice account lives in UTC.
var serviceCharged = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)

// practicePrice is what anything that is charged costs here, in millionths of a dollar: a figure nobody takes for a real one.
const practicePrice = 10_000

// price is the pricing object of a message (statuses page), the same in each of its statuses: the first service messages of
// a month are free, as was all service and utility inside the window before October 2026. Messages from the phone have
// none. The caller holds mu.
func (sb *Sandbox) price(m *message, at time.Time) *pricing {
	if m.From == FromPhone || m.customer == nil {
		return nil
	}
	if m.pricing != nil {
		return m.pricing
	}
	if at.IsZero() {
		at = sb.Now()
	}
	at = at.UTC()
	p := &pricing{Model: "PMP", Type: "free_customer_service", Category: m.category}
	switch charged := !at.Before(serviceCharged); {
	case m.category == "service" && m.Type == "reaction":
	case m.category == "service" && charged:
		month := at.Format("2006-01")
		if p.Billable = sb.free[month] >= sb.cfg.FreeService; !p.Billable {
			sb.free[month]++
		}
	case m.category == "service":
	case m.category == "utility":
		p.Billable = charged || !m.customer.windowOpen(at)
	default:
		p.Billable = true
	}
	if p.Billable {
		p.Type = "regular"
	}
	m.pricing, m.pricedAt = p, at
	return p
}

var analyticsSpan = regexp.MustCompile(`pricing_analytics\.start\((\d+)\)\.end\((\d+)\)`)

// pricingAnalytics answers the field of that name (analytics page): one figure for each day, category, type and country.
func (sb *Sandbox) pricingAnalytics(fields string) (any, *graphError) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	if sb.cfg.HideBilling {
		return nil, fail(200, "The token may not read the analytics of this account.")
	}
	span := analyticsSpan.FindStringSubmatch(fields)
	if span == nil || !strings.Contains(fields, ".granularity(") {
		return nil, refuse("pricing_analytics needs start, end and granularity.")
	}
	start, _ := strconv.ParseInt(span[1], 10, 64)
	end, _ := strconv.ParseInt(span[2], 10, 64)
	if start >= end {
		return nil, refuse("Param start must be before end.")
	}
	type figure struct {
		day                   int64
		country, kind, family string
	}
	volumes := map[figure]int64{}
	for _, m := range sb.journal {
		if at := m.pricedAt.Unix(); m.pricing != nil && m.Type != "reaction" && delivered(m.Status) && at >= start && at < end {
			_, letters := country(m.customer.number)
			volumes[figure{at - at%86400, letters, strings.ToUpper(m.pricing.Type), strings.ToUpper(m.pricing.Category)}]++
		}
	}
	points := []map[string]any{}
	for f, n := range volumes {
		cost := int64(0)
		if f.kind == "REGULAR" {
			cost = n * practicePrice
		}
		points = append(points, map[string]any{"start": f.day, "end": f.day + 86400, "country": f.country, "pricing_type": f.kind,
			"pricing_category": f.family, "volume": n, "cost": decimal(cost)})
	}
	slices.SortFunc(points, func(a, b map[string]any) int { return strings.Compare(fmt.Sprint(sorted(a)), fmt.Sprint(sorted(b))) })
	return map[string]any{"data": []any{map[string]any{"data_points": points}}}, nil
}

func sorted(m map[string]any) (all []any) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		all = append(all, m[k])
	}
	return all
}

func delivered(status string) bool {
	return status == "delivered" || status == "read" || status == "played"
}

// decimal spells millionths as the JSON number that Meta would.
func decimal(micros int64) json.Number {
	return json.Number(fmt.Sprintf("%d.%06d", micros/1_000_000, micros%1_000_000))
}
