package cloudapi

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"frontdesk/inbox"
)

// The fields of the business number (cloud-api 6.1). A node that lacks one refuses the whole question, so it is asked
// in steps: the core and when it was linked, with less when that is refused, then health, which some tokens may not read.
const (
	coreFields    = "id,display_phone_number,verified_name,status,quality_rating,platform_type,is_on_biz_app"
	linkedField   = ",last_onboarded_time"
	minimalFields = "id,display_phone_number,verified_name,quality_rating"
	healthField   = "health_status"
	limitField    = "whatsapp_business_manager_messaging_limit"
)

// Number implements inbox.Gateway (cloud-api 6.1, 6.3). CanSend stays empty when health is not told.
func (c *Client) Number(ctx context.Context, line inbox.LineID) (inbox.Number, error) {
	return c.via.number(ctx, c, line)
}

func (c *Client) graphNumber(ctx context.Context, line inbox.LineID) (inbox.Number, error) {
	var n numberAnswer
	at, err := c.fields(ctx, line, coreFields+linkedField, &n)
	if missingField(err) {
		n = numberAnswer{}
		at, err = c.fields(ctx, line, coreFields, &n)
	}
	if missingField(err) {
		n = numberAnswer{}
		at, err = c.fields(ctx, line, minimalFields, &n)
	}
	if err != nil {
		return inbox.Number{}, explained(readingNumber, err)
	}
	out := inbox.Number{
		Display: string(n.Display), Name: string(n.Name), Status: string(n.Status), Quality: string(n.Quality),
		OnPhone: n.OnPhone.yes(), Platform: string(n.Platform), LinkedAt: graphTime(string(n.Linked)), Date: at,
	}
	var l numberAnswer
	if _, err := c.fields(ctx, line, limitField, &l); err == nil {
		out.Limit = string(l.Limit)
	} else if ctx.Err() != nil {
		return inbox.Number{}, explained(readingNumber, err)
	}
	var h numberAnswer
	hat, err := c.fields(ctx, line, healthField, &h)
	if err != nil {
		if ctx.Err() != nil {
			return inbox.Number{}, explained(readingNumber, err)
		}
		return out, nil // it is an extra; the number itself is known
	}
	if hat.After(out.Date) {
		out.Date = hat
	}
	out.CanSend = string(h.Health.V.CanSend)
	out.Problems = h.problems()
	return out, nil
}

func (c *Client) fields(ctx context.Context, line inbox.LineID, fields string, into *numberAnswer) (time.Time, error) {
	u := c.node(string(line))
	u.RawQuery = url.Values{"fields": {fields}}.Encode()
	return c.read(ctx, u, into)
}

// graphTime reads a time as the Graph API spells it, or as Unix seconds; zero when it is neither.
func graphTime(s string) time.Time {
	for _, layout := range []string{"2006-01-02T15:04:05-0700", time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	if n := text(s).unix(); n > 0 {
		return time.Unix(n, 0).UTC()
	}
	return time.Time{}
}

// missingField recognises "Tried accessing nonexisting field".
func missingField(err error) bool {
	api, ok := errors.AsType[*APIError](err)
	return ok && api.Status == http.StatusBadRequest && api.Code == 100 && api.Subcode != 33 &&
		strings.Contains(api.Title, "nonexisting field")
}

type numberAnswer struct {
	Display  clean `json:"display_phone_number"`
	Name     clean `json:"verified_name"`
	Status   clean `json:"status"`
	Quality  clean `json:"quality_rating"`
	Limit    clean `json:"whatsapp_business_manager_messaging_limit"`
	Platform clean `json:"platform_type"`
	OnPhone  text  `json:"is_on_biz_app"`
	Linked   text  `json:"last_onboarded_time"`

	Health loose[struct {
		CanSend  clean `json:"can_send_message"`
		Entities []struct {
			Type    clean `json:"entity_type"`
			ID      text  `json:"id"`
			CanSend clean `json:"can_send_message"`
			Errors  loose[[]struct {
				Code        text  `json:"error_code"`
				Description clean `json:"error_description"`
				Solution    clean `json:"possible_solution"`
			}] `json:"errors"`
			Info loose[[]clean] `json:"additional_info"`
		} `json:"entities"`
	}] `json:"health_status"`
}

// problems are all reasons why sending is limited or blocked, each with what WhatsApp suggests.
func (n *numberAnswer) problems() []inbox.Reason {
	var list []inbox.Reason
	for _, e := range n.Health.V.Entities {
		of := words(e.Type)
		for _, p := range e.Errors.V {
			r := inbox.Reason{Code: p.Code.int(), Title: string(p.Description), Hint: string(p.Solution), Detail: of}
			title, hint := Explain(r.Code, 0)
			if r.Title == "" {
				r.Title = title
			}
			if r.Hint == "" {
				r.Hint = hint
			}
			list = append(list, r)
		}
		for _, info := range e.Info.V {
			list = append(list, inbox.Reason{Title: string(info), Detail: of})
		}
		if len(e.Errors.V)+len(e.Info.V) == 0 && e.CanSend != "AVAILABLE" && e.CanSend != "" {
			list = append(list, inbox.Reason{Title: "The " + of + " is " + words(e.CanSend), Detail: of})
		}
	}
	return list
}
