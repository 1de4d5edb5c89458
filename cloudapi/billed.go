package cloudapi

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"time"

	"frontdesk/inbox"
)

var _ inbox.Biller = (*Client)(nil)

// Billed implements inbox.Biller: pricing_analytics of the account, for one of its numbers, which is named as it is dialled
// (cloud-api 8.4). A token without the right to read it is refused by WhatsApp.
func (c *Client) Billed(ctx context.Context, line inbox.LineID, from, to time.Time) ([]inbox.Reported, error) {
	if !c.via.graph() {
		return nil, readingBills("360dialog gives none", "look into its Hub")
	}
	if c.waba == "" {
		return nil, readingBills("the account's id is not known", "set account.waba_id")
	}
	var n numberAnswer
	if _, err := c.fields(ctx, line, "id,display_phone_number", &n); err != nil {
		return nil, explained(readingBills, err)
	}
	u := c.node(c.waba)
	q := u.Query()
	q.Set("fields", fmt.Sprintf("pricing_analytics.start(%d).end(%d).granularity(DAILY).phone_numbers([\"%s\"]).metric_types([\"COST\",\"VOLUME\"])"+
		".dimensions([\"PRICING_CATEGORY\",\"PRICING_TYPE\",\"COUNTRY\"])", from.Unix(), to.Unix(), inbox.Digits(string(n.Display))))
	u.RawQuery = q.Encode()
	var answer struct {
		Analytics loose[struct {
			Data []struct {
				Points []billedPoint `json:"data_points"`
			} `json:"data"`
		}] `json:"pricing_analytics"`
	}
	if _, err := c.read(ctx, u, &answer); err != nil {
		return nil, explained(readingBills, err)
	}
	var all []inbox.Reported
	at := map[inbox.Reported]int{} // without figures -> place in all
	for _, d := range answer.Analytics.V.Data {
		for _, p := range d.Points {
			r := inbox.Reported{Category: strings.ToLower(string(p.Category)), Type: strings.ToLower(string(p.Type)), Country: string(p.Country)}
			i, ok := at[r]
			if !ok {
				i = len(all)
				at[r] = i
				all = append(all, r)
			}
			all[i].Volume += p.Volume.int()
			all[i].Micros += micros(string(p.Cost))
		}
	}
	return all, nil
}

// billedPoint is one figure of one day. Cost is a JSON number with a fraction: it is read as it is spelled, not as a float.
type billedPoint struct {
	Country  clean `json:"country"`
	Type     clean `json:"pricing_type"`
	Category clean `json:"pricing_category"`
	Volume   text  `json:"volume"`
	Cost     text  `json:"cost"`
}

// longestNumber bounds what is read as an exact number: 1e999999999 would be a long one.
const longestNumber = 32

// micros reads a decimal number as millionths, rounded to the nearest; 0 for what is none.
func micros(s string) int64 {
	if len(s) > longestNumber || !json.Valid([]byte(s)) {
		return 0
	}
	if _, exponent, ok := strings.Cut(strings.ToLower(s), "e"); ok && len(strings.TrimLeft(exponent, "+-")) > 2 {
		return 0
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return 0
	}
	r.Mul(r, big.NewRat(1_000_000, 1))
	rounded := new(big.Int)
	if _, ok := rounded.SetString(r.FloatString(0), 10); !ok || !rounded.IsInt64() {
		return 0
	}
	return rounded.Int64()
}
