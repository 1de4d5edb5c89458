package cloudapi

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"frontdesk/inbox"
)

// describers put types without a text of their own into a line that an agent can read, with the details as JSON.
// They answer false when the object is not there or cannot be read; the type is then shown by name.
var describers = map[string]func(*message) (says string, details []byte, ok bool){
	"location":    (*message).describeLocation,
	"contacts":    (*message).describeCards,
	"interactive": (*message).describeInteractive,
	"button":      (*message).describeButton,
	"order":       (*message).describeOrder,
	"template":    (*message).describeTemplate,
}

// clean is a text field that is cleaned as it is read, so that details hold nothing else.
type clean string

// UnmarshalJSON implements json.Unmarshaler.
func (c *clean) UnmarshalJSON(b []byte) error {
	var t text
	err := t.UnmarshalJSON(b)
	*c = clean(inbox.Clean(string(t)))
	return err
}

// details spells v as JSON; cleaned strings come back as they are.
func details(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return b
}

func (m *message) describeLocation() (string, []byte, bool) {
	var l struct {
		Latitude  text  `json:"latitude"`
		Longitude text  `json:"longitude"`
		Name      clean `json:"name"`
		Address   clean `json:"address"`
		URL       clean `json:"url"`
	}
	if json.Unmarshal(orNull(m.Location), &l) != nil {
		return "", nil, false
	}
	lat, ok1 := l.Latitude.number()
	lon, ok2 := l.Longitude.number()
	d := struct {
		Latitude  *float64 `json:"latitude,omitempty"`
		Longitude *float64 `json:"longitude,omitempty"`
		Name      clean    `json:"name,omitempty"`
		Address   clean    `json:"address,omitempty"`
		URL       clean    `json:"url,omitempty"`
	}{Name: l.Name, Address: l.Address, URL: l.URL}
	where := joined(", ", string(l.Name), string(l.Address))
	if ok1 && ok2 {
		d.Latitude, d.Longitude = &lat, &lon
		if where == "" {
			where = fmt.Sprintf("%.5f, %.5f", lat, lon)
		}
	}
	if where == "" {
		return "", nil, false
	}
	return "[location] " + where, details(d), true
}

// card is a contact card (webhooks 2.2). The vCard itself stays in the raw entry.
type card struct {
	Name      loose[cardName]    `json:"name"`
	Phones    loose[[]cardPhone] `json:"phones"`
	Emails    loose[[]cardEmail] `json:"emails"`
	Org       loose[cardOrg]     `json:"org"`
	URLs      loose[[]cardURL]   `json:"urls"`
	Addresses loose[[]cardPlace] `json:"addresses"`
	Birthday  clean              `json:"birthday"`
	Origin    clean              `json:"origin"`
}

type (
	cardName struct {
		Formatted clean `json:"formatted_name"`
		First     clean `json:"first_name"`
		Last      clean `json:"last_name"`
	}
	cardPhone struct {
		Phone clean `json:"phone,omitempty"`
		WaID  clean `json:"wa_id,omitempty"`
		Type  clean `json:"type,omitempty"`
	}
	cardEmail struct {
		Email clean `json:"email,omitempty"`
		Type  clean `json:"type,omitempty"`
	}
	cardURL struct {
		URL  clean `json:"url,omitempty"`
		Type clean `json:"type,omitempty"`
	}
	cardOrg struct {
		Company    clean `json:"company,omitempty"`
		Department clean `json:"department,omitempty"`
		Title      clean `json:"title,omitempty"`
	}
	cardPlace struct {
		Street  clean `json:"street,omitempty"`
		Zip     clean `json:"zip,omitempty"`
		City    clean `json:"city,omitempty"`
		State   clean `json:"state,omitempty"`
		Country clean `json:"country,omitempty"`
		Type    clean `json:"type,omitempty"`
	}
)

// sharedOnRequest marks a card that names the sender's own number (webhooks 5).
const sharedOnRequest = "contact_request"

func (m *message) cards() []card {
	var cards []card
	_ = json.Unmarshal(orNull(m.Contacts), &cards) // what can be read stays
	return cards
}

// ownNumber is the alias that a customer shared on request. No other card names its sender.
func (m *message) ownNumber() inbox.Alias {
	for _, c := range m.cards() {
		if c.Origin != sharedOnRequest {
			continue
		}
		for _, p := range c.Phones.V {
			if a := alias(text(cmp.Or(p.WaID, p.Phone))); a != "" {
				return a
			}
		}
	}
	return ""
}

func (m *message) describeCards() (string, []byte, bool) {
	cards := m.cards()
	if len(cards) == 0 {
		return "", nil, false
	}
	type shown struct {
		Name      clean       `json:"name,omitempty"`
		Phones    []cardPhone `json:"phones,omitempty"`
		Emails    []cardEmail `json:"emails,omitempty"`
		Org       *cardOrg    `json:"org,omitempty"`
		URLs      []cardURL   `json:"urls,omitempty"`
		Addresses []cardPlace `json:"addresses,omitempty"`
		Birthday  clean       `json:"birthday,omitempty"`
		Origin    clean       `json:"origin,omitempty"`
	}
	var all []shown
	var names []string
	for _, c := range cards {
		name := cmp.Or(string(c.Name.V.Formatted), joined(" ", string(c.Name.V.First), string(c.Name.V.Last)))
		s := shown{Name: clean(name), Phones: c.Phones.V, Emails: c.Emails.V, URLs: c.URLs.V, Addresses: c.Addresses.V,
			Birthday: c.Birthday, Origin: c.Origin}
		if c.Org.OK {
			s.Org = &c.Org.V
		}
		all = append(all, s)
		if len(s.Phones) > 0 {
			name = joined(" ", name, string(cmp.Or(s.Phones[0].Phone, s.Phones[0].WaID)))
		}
		names = append(names, cmp.Or(name, string(c.Org.V.Company), "without a name"))
	}
	says := "[contact] "
	switch {
	case cards[0].Origin == sharedOnRequest:
		says = "[shared their number] "
	case len(cards) > 1:
		says = "[contacts] "
	}
	return says + strings.Join(names, ", "), details(all), true
}

func (m *message) describeButton() (string, []byte, bool) {
	var b struct {
		Text    clean `json:"text"`
		Payload clean `json:"payload"`
	}
	if json.Unmarshal(orNull(m.Button), &b) != nil || b.Text == "" && b.Payload == "" {
		return "", nil, false
	}
	return string(cmp.Or(b.Text, b.Payload)), details(map[string]clean{"payload": b.Payload}), true
}

// describeInteractive reads the replies of webhooks 2.5, and what we or another tool asked (cloud-api 2.7).
func (m *message) describeInteractive() (string, []byte, bool) {
	type reply struct {
		Type   clean `json:"type"`
		Button *struct {
			ID    clean `json:"id"`
			Title clean `json:"title"`
		} `json:"button_reply"`
		List *struct {
			ID          clean `json:"id"`
			Title       clean `json:"title"`
			Description clean `json:"description"`
		} `json:"list_reply"`
		Form *struct {
			Name clean `json:"name"`
			Body clean `json:"body"`
			JSON text  `json:"response_json"`
		} `json:"nfm_reply"`
		Call *struct {
			Response  clean `json:"response"`
			Permanent text  `json:"is_permanent"`
			Expires   text  `json:"expiration_timestamp"`
		} `json:"call_permission_reply"`
		Body   loose[textObject]      `json:"body"`
		Action loose[json.RawMessage] `json:"action"` // one documented address reply nests it here
	}
	var r reply
	if json.Unmarshal(orNull(m.Interactive), &r) != nil {
		return "", nil, false
	}
	if r.Form == nil && r.Action.OK {
		var nested reply
		if json.Unmarshal(r.Action.V, &nested) == nil {
			r.Form = nested.Form
		}
	}
	switch {
	case r.Button != nil && r.Button.Title+r.Button.ID != "":
		return string(cmp.Or(r.Button.Title, r.Button.ID)), details(map[string]clean{"id": r.Button.ID}), true
	case r.List != nil && r.List.Title+r.List.ID != "":
		return joined(": ", string(cmp.Or(r.List.Title, r.List.ID)), string(r.List.Description)),
			details(map[string]clean{"id": r.List.ID, "title": r.List.Title, "description": r.List.Description}), true
	case r.Form != nil:
		values := formValues([]byte(r.Form.JSON), formDepth)
		says := string(r.Form.Body)
		if r.Form.Name != "address_message" || says == "" {
			says = joined(" ", "[form]", cmp.Or(spelled(values), says))
		}
		return says, details(map[string]any{"name": r.Form.Name, "values": values}), true
	case r.Call != nil:
		says := "[calls not allowed]"
		if r.Call.Response == "accept" {
			says = "[calls allowed]"
			if until := r.Call.Expires.unix(); until > 0 && !r.Call.Permanent.yes() {
				says = "[calls allowed until " + date(until) + "]"
			}
		}
		return says, details(map[string]clean{"response": r.Call.Response}), true
	case r.Body.V.Text != "":
		return inbox.Clean(string(r.Body.V.Text)), nil, true
	}
	return "", nil, false
}

// formDepth is how deep the objects of a form are looked into; the documented ones have two levels.
const formDepth = 4

// formValues reads the fields of a form, whose names the form chose. Technical ones are left out.
func formValues(b []byte, depth int) map[string]string {
	var fields map[string]json.RawMessage
	if depth == 0 || json.Unmarshal(b, &fields) != nil {
		return nil
	}
	values := map[string]string{}
	for name, raw := range fields {
		if name == "flow_token" || name == "saved_address_id" {
			continue
		}
		if len(raw) > 0 && raw[0] == '{' {
			maps.Copy(values, formValues(raw, depth-1))
			continue
		}
		var v clean
		if len(raw) > 0 && raw[0] == '[' {
			var list []clean
			_ = json.Unmarshal(raw, &list)
			for _, x := range list {
				v = clean(joined(", ", string(v), string(x)))
			}
		} else {
			_ = v.UnmarshalJSON(raw)
		}
		values[inbox.Clean(name)] = string(v)
	}
	return values
}

// spelled writes the values in the order of their names, which is the same every time.
func spelled(values map[string]string) string {
	names := make([]string, 0, len(values))
	for n := range values {
		names = append(names, n)
	}
	slices.Sort(names)
	for i, n := range names {
		names[i] = n + ": " + values[n]
	}
	return strings.Join(names, ", ")
}

func (m *message) describeOrder() (string, []byte, bool) {
	var o struct {
		Catalog clean `json:"catalog_id"`
		Text    clean `json:"text"`
		Items   []struct {
			ID       clean `json:"product_retailer_id"`
			Quantity text  `json:"quantity"`
			Price    text  `json:"item_price"`
			Currency clean `json:"currency"`
		} `json:"product_items"`
	}
	if json.Unmarshal(orNull(m.Order), &o) != nil || len(o.Items) == 0 {
		return "", nil, false
	}
	type shown struct {
		ID       clean `json:"product"`
		Quantity clean `json:"quantity,omitempty"`
		Price    clean `json:"price,omitempty"`
		Currency clean `json:"currency,omitempty"`
	}
	var items []shown
	var lines []string
	pieces, total, currency, one := 0.0, 0.0, o.Items[0].Currency, true
	for _, it := range o.Items {
		n, _ := it.Quantity.number()
		price, priced := it.Price.number()
		pieces, total = pieces+n, total+n*price
		one = one && priced && it.Currency == currency
		items = append(items, shown{it.ID, clean(inbox.Clean(string(it.Quantity))), clean(inbox.Clean(string(it.Price))), it.Currency})
		lines = append(lines, fmt.Sprintf("%s × %s", amount(n), it.ID))
	}
	says := "[order] " + strings.Join(lines, ", ")
	if one && pieces > 0 {
		says += joined(" ", ";", amount(total), string(currency))
	}
	if o.Text != "" {
		says += ": " + string(o.Text)
	}
	return says, details(map[string]any{"catalog_id": o.Catalog, "text": o.Text, "items": items}), true
}

// amount spells a number with at most two decimals, without those that say nothing.
func amount(f float64) string {
	s := strconv.FormatFloat(f, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// describeTemplate names a template that another tool sent; its words are not in the event.
func (m *message) describeTemplate() (string, []byte, bool) {
	var t struct {
		Name clean `json:"name"`
	}
	if json.Unmarshal(orNull(m.Template), &t) != nil || t.Name == "" {
		return "", nil, false
	}
	return "[template] " + string(t.Name), nil, true
}

// joined puts sep between the parts that are not empty.
func joined(sep string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), sep)
}
