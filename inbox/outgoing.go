package inbox

import "time"

// Outgoing is one message to send, as the agent meant it. The Gateway turns it into a request.
type Outgoing struct {
	Type    string `json:"type" cbor:"1,keyasint"` // WhatsApp's own word: text, reaction, template, image, location, interactive, ...
	Text    string `json:"text,omitempty" cbor:"2,keyasint,omitempty"`
	ReplyTo string `json:"reply_to,omitempty" cbor:"3,keyasint,omitempty"` // wamid of the quoted message, or of a reaction's target
	Emoji   string `json:"emoji,omitempty" cbor:"4,keyasint,omitempty"`    // of a reaction; "" removes it
	// Template is set for Type "template"; Text then holds the template as rendered, for the thread.
	Template *TemplateSend `json:"template,omitempty" cbor:"5,keyasint,omitempty"`
	// File is what an image, a video, a sound, a document or a sticker is made of, with Text for a caption, or what the
	// header of a template or of something to press shows.
	File *OutFile `json:"file,omitempty" cbor:"6,keyasint,omitempty"`
	// Location is set for Type "location", Cards for "contacts", Ask for "interactive".
	Location *HeaderLocation `json:"location,omitempty" cbor:"7,keyasint,omitempty"`
	Cards    []Card          `json:"cards,omitempty" cbor:"8,keyasint,omitempty"`
	Ask      *Ask            `json:"ask,omitempty" cbor:"9,keyasint,omitempty"`
}

// OutFile is a file that is sent. It lies in the Vault from before the message is queued until nobody needs it any more,
// and is uploaded when the message goes.
type OutFile struct {
	File     FileName `json:"file" cbor:"1,keyasint"`
	As       string   `json:"as" cbor:"2,keyasint"`                       // one of SendKinds
	Name     string   `json:"name,omitempty" cbor:"3,keyasint,omitempty"` // for the customer; cleaned, and no path
	MIME     string   `json:"mime" cbor:"4,keyasint"`                     // as its first bytes say
	Bytes    int64    `json:"bytes" cbor:"5,keyasint"`
	Animated bool     `json:"animated,omitempty" cbor:"6,keyasint,omitempty"` // a sticker that moves
	Look     FileLook `json:"look,omitzero" cbor:"7,keyasint,omitzero"`

	// ID is what an upload gave: good for 30 days, and set for the Gateway alone.
	ID string `json:"-" cbor:"-"`
}

// Type is the type of a message that is made of the file.
func (f OutFile) Type() string {
	if f.As == AsVoice {
		return AsAudio
	}
	return f.As
}

// WithFile is a message made of a file, with a caption.
func WithFile(f OutFile, caption string) Outgoing {
	return Outgoing{Type: f.Type(), Text: caption, File: &f}
}

// chosen is what a person chose of a message, without what a Desk adds to it or leaves out when it is queued: by that it is
// known again.
func (o Outgoing) chosen() Outgoing {
	if o.File != nil {
		o.File = &OutFile{File: o.File.File, As: o.File.As}
	}
	if o.Location != nil || len(o.Cards) > 0 {
		o.Text = ""
	}
	if o.Ask != nil {
		ready := o.Ask.ready(&askChecks{})
		o.Ask = &ready
	}
	return o
}

// TemplateSend is an approved template with its values (cloud-api 2.8).
type TemplateSend struct {
	Name     string `json:"name" cbor:"1,keyasint"`
	Language string `json:"language" cbor:"2,keyasint"`
	Category string `json:"category,omitempty" cbor:"3,keyasint,omitempty"`
	// Body holds the values by variable name ("1", "2", ... for positional templates), Header likewise for a text
	// header, Buttons by the button's index in the template ("0", ...): a url suffix, a code or a payload.
	Body    map[string]string `json:"body,omitempty" cbor:"4,keyasint,omitempty"`
	Header  map[string]string `json:"header,omitempty" cbor:"5,keyasint,omitempty"`
	Buttons map[string]string `json:"buttons,omitempty" cbor:"6,keyasint,omitempty"`
	// HeaderMedia is the file of an image, video or document header.
	HeaderMedia    *HeaderMedia    `json:"header_media,omitempty" cbor:"7,keyasint,omitempty"`
	HeaderLocation *HeaderLocation `json:"header_location,omitempty" cbor:"8,keyasint,omitempty"`
	// Components is the template as it was when it was filled in, so that the request is made from what the agent
	// saw, whatever the list says later.
	Components []TemplateComponent `json:"components,omitempty" cbor:"9,keyasint,omitempty"`
	Named      bool                `json:"named,omitempty" cbor:"10,keyasint,omitempty"`
}

// HeaderMedia is a media header. File is where it lies on the machine of whoever fills the template in, for them alone; Kept
// is what was handed over of it (KeepFile), which becomes the File of the message; ID is what its upload gave.
type HeaderMedia struct {
	File string `json:"file,omitempty" cbor:"1,keyasint,omitempty"`
	ID   string `json:"id,omitempty" cbor:"2,keyasint,omitempty"`
	Name string `json:"name,omitempty" cbor:"3,keyasint,omitempty"`

	Kept *OutFile `json:"kept,omitempty" cbor:"4,keyasint,omitempty"`
}

// HeaderLocation is a place: a location message, or the header of a template.
type HeaderLocation struct {
	Latitude  float64 `json:"latitude" cbor:"1,keyasint"`
	Longitude float64 `json:"longitude" cbor:"2,keyasint"`
	Name      string  `json:"name,omitempty" cbor:"3,keyasint,omitempty"`
	Address   string  `json:"address,omitempty" cbor:"4,keyasint,omitempty"`
}

// Result classifies what happened to one POST (merge-rules 7.3).
type Result string

// The results.
const (
	ResultAccepted        Result = "accepted"
	ResultNotSent         Result = "not-sent"         // no byte left: may be tried again
	ResultUnknown         Result = "unknown"          // it may have been accepted: never tried again by itself
	ResultThrottled       Result = "throttled"        // the whole number waits
	ResultThrottledThread Result = "throttled-thread" // this customer waits (131056)
	ResultRejected        Result = "rejected"
	ResultRejectedWindow  Result = "rejected-window"  // 131047
	ResultRejectedAuth    Result = "rejected-auth"    // holds the number until the token changes
	ResultRejectedAccount Result = "rejected-account" // holds the number until a person lifts it

	// Of a file that was to be uploaded: no message was POSTed.
	ResultNotUploaded Result = "not-uploaded" // the upload broke off: it is tried again
	ResultUnfit       Result = "unfit"        // WhatsApp does not take this file, or it is here no more
)

// Outcome is the classified answer to one POST.
type Outcome struct {
	Result     Result        `json:"result" cbor:"1,keyasint"`
	WAMID      string        `json:"wamid,omitempty" cbor:"2,keyasint,omitempty"`
	Status     string        `json:"status,omitempty" cbor:"3,keyasint,omitempty"` // message_status, when it is not "accepted"
	Peers      []Alias       `json:"peers,omitempty" cbor:"4,keyasint,omitempty"`  // from contacts[]: input, wa_id, user_id
	Date       int64         `json:"date,omitempty" cbor:"5,keyasint,omitempty"`   // server date, Unix seconds
	Failure    *Failure      `json:"failure,omitempty" cbor:"6,keyasint,omitempty"`
	RetryAfter time.Duration `json:"retry_after,omitempty" cbor:"7,keyasint,omitempty"`
	Token      string        `json:"token,omitempty" cbor:"8,keyasint,omitempty"` // Gateway.Credential at the time, for ResultRejectedAuth

	// Upload says that it came of the upload of the message's file: there was no POST.
	Upload bool `json:"upload,omitempty" cbor:"9,keyasint,omitempty"`
}

// gone reports a refusal because WhatsApp knew no such number: it was disconnected or being changed (cloud-api 7.4).
func (o Outcome) gone() bool {
	return o.Failure != nil && (o.Failure.Code == 33 || o.Failure.Code == 100 || o.Failure.Code == 133010)
}
