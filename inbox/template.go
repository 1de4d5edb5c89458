package inbox

import "time"

// Template is one language of a message template as WhatsApp lists it (cloud-api 5.1, 5.2).
type Template struct {
	ID         string              `json:"id,omitempty" cbor:"1,keyasint,omitempty"`
	Name       string              `json:"name" cbor:"2,keyasint"`
	Language   string              `json:"language" cbor:"3,keyasint"`
	Status     string              `json:"status" cbor:"4,keyasint"`   // APPROVED, PAUSED, ...: an open list
	Category   string              `json:"category" cbor:"5,keyasint"` // MARKETING, UTILITY, AUTHENTICATION
	Format     string              `json:"parameter_format" cbor:"6,keyasint"`
	Components []TemplateComponent `json:"components" cbor:"7,keyasint"`
	FetchedAt  time.Time           `json:"fetched_at" cbor:"8,keyasint"`
	Quality    string              `json:"quality,omitempty" cbor:"9,keyasint,omitempty"` // GREEN, YELLOW, RED, UNKNOWN
	Reason     string              `json:"rejected_reason,omitempty" cbor:"10,keyasint,omitempty"`

	// What the desk does with it.
	Used    int       `json:"used,omitempty" cbor:"-"` // times sent from here, counted to MostUses
	UsedAt  time.Time `json:"used_at,omitzero" cbor:"-"`
	Told    string    `json:"told,omitempty" cbor:"-"` // what WhatsApp last told of it, within a month
	ToldAt  time.Time `json:"told_at,omitzero" cbor:"-"`
	Starred bool      `json:"starred,omitempty" cbor:"-"` // a favourite of the agent
}

// TemplateComponent is a header, body, footer or row of buttons. Types that this program cannot fill in keep their
// JSON in Raw, and make the template unsendable.
type TemplateComponent struct {
	Type    string            `json:"type" cbor:"1,keyasint"`                        // HEADER, BODY, FOOTER, BUTTONS, ...
	Format  string            `json:"format,omitempty" cbor:"2,keyasint,omitempty"`  // of a header: TEXT, IMAGE, VIDEO, DOCUMENT, LOCATION
	Text    string            `json:"text,omitempty" cbor:"3,keyasint,omitempty"`    // cleaned
	Buttons []TemplateButton  `json:"buttons,omitempty" cbor:"4,keyasint,omitempty"` // of BUTTONS
	Example map[string]string `json:"example,omitempty" cbor:"5,keyasint,omitempty"` // variable -> example value
	Raw     []byte            `json:"-" cbor:"6,keyasint,omitempty"`
}

// TemplateButton is one button; its index in the list is the index it is sent with.
type TemplateButton struct {
	Type  string `json:"type" cbor:"1,keyasint"` // QUICK_REPLY, URL, PHONE_NUMBER, COPY_CODE, FLOW, OTP, ...
	Text  string `json:"text,omitempty" cbor:"2,keyasint,omitempty"`
	URL   string `json:"url,omitempty" cbor:"3,keyasint,omitempty"`
	Phone string `json:"phone_number,omitempty" cbor:"4,keyasint,omitempty"`
}
