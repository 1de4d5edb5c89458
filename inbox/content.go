package inbox

// Level says how good a content is. A better one replaces a worse one, never the reverse (merge-rules 4).
type Level uint8

// The levels, in order.
const (
	NoContent   Level = iota
	Unavailable       // "unsupported" with error 131060: the real message may follow under the same id
	Unsupported       // a type that WhatsApp does not hand on
	Placeholder       // media_placeholder of an import
	Concrete
)

// Content is what a message says. All text in it is cleaned (Clean) when it is made.
type Content struct {
	Level Level  `cbor:"1,keyasint,omitempty"`
	Type  string `cbor:"2,keyasint,omitempty"` // WhatsApp's own word: text, image, location, ...
	// Text is what an agent reads: the body, a caption, a template as rendered, a button's title, or a short
	// description where a type has no text, such as "[location] 12 Main St".
	Text     string       `cbor:"3,keyasint,omitempty"`
	Media    *Media       `cbor:"4,keyasint,omitempty"`
	Template *TemplateRef `cbor:"5,keyasint,omitempty"`
	// Raw is the item's own object, as JSON, for types that this program shows only by name.
	Raw []byte `cbor:"6,keyasint,omitempty"`
	// Details holds fields of known types that the Text does not carry (coordinates, cards, list ids), as JSON.
	Details []byte `cbor:"7,keyasint,omitempty"`
}

// Media is the attachment of a message (webhooks 2.2).
type Media struct {
	ID       string `cbor:"1,keyasint,omitempty"` // downloadable for 7 days
	MIME     string `cbor:"2,keyasint,omitempty"`
	SHA256   string `cbor:"3,keyasint,omitempty"` // hex
	Name     string `cbor:"4,keyasint,omitempty"` // cleaned; never a path
	Voice    bool   `cbor:"5,keyasint,omitempty"`
	Animated bool   `cbor:"6,keyasint,omitempty"`
	Bytes    int64  `cbor:"7,keyasint,omitempty"`
}

// TemplateRef names the template an outgoing message was made from.
type TemplateRef struct {
	Name     string `json:"name" cbor:"1,keyasint"`
	Language string `json:"language" cbor:"2,keyasint"`
	Category string `json:"category,omitempty" cbor:"3,keyasint,omitempty"`
}
