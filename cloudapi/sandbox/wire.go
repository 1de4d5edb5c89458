package sandbox

// The shapes of webhooks (webhooks reference). Field order follows Meta's examples.

type envelope struct {
	Object string  `json:"object"`
	Entry  []entry `json:"entry"`
}

type entry struct {
	ID      string   `json:"id"`
	Time    int64    `json:"time,omitempty"`
	Changes []change `json:"changes"`
}

type change struct {
	Value any    `json:"value"`
	Field string `json:"field"`
}

// value is what a change of a message-like field carries.
type value struct {
	Product   string        `json:"messaging_product"`
	Metadata  metadata      `json:"metadata"`
	Contacts  []contact     `json:"contacts,omitempty"`
	Messages  []wireMessage `json:"messages,omitempty"`
	Statuses  []wireStatus  `json:"statuses,omitempty"`
	Echoes    []wireMessage `json:"message_echoes,omitempty"`
	StateSync []stateSync   `json:"state_sync,omitempty"`
	History   []history     `json:"history,omitempty"`
}

type metadata struct {
	DisplayNumber string `json:"display_phone_number"`
	PNID          string `json:"phone_number_id"`
}

type contact struct {
	Profile *profile `json:"profile,omitempty"`
	WaID    string   `json:"wa_id,omitempty"`
	UserID  string   `json:"user_id,omitempty"`

	ParentID string `json:"parent_user_id,omitempty"`
}

type profile struct {
	Name     string `json:"name,omitempty"`
	Username string `json:"username,omitempty"`
}

// wireMessage is a message, an echo of one, or a history item. The body sits under the name of its type.
type wireMessage struct {
	From         string            `json:"from,omitempty"`
	FromUserID   string            `json:"from_user_id,omitempty"`
	FromParentID string            `json:"from_parent_user_id,omitempty"`
	To           string            `json:"to,omitempty"`
	ToUserID     string            `json:"to_user_id,omitempty"`
	ToParentID   string            `json:"to_parent_user_id,omitempty"`
	ID           string            `json:"id"`
	Timestamp    string            `json:"timestamp"`
	Type         string            `json:"type"`
	Context      *msgContext       `json:"context,omitempty"`
	Referral     *Referral         `json:"referral,omitempty"`
	Errors       []reportedError   `json:"errors,omitempty"`
	HistoryInfo  map[string]string `json:"history_context,omitempty"`
	body
}

// body is the part of a message that edits replace.
type body struct {
	Text        *textBody     `json:"text,omitempty"`
	Image       *mediaBody    `json:"image,omitempty"`
	Audio       *mediaBody    `json:"audio,omitempty"`
	Video       *mediaBody    `json:"video,omitempty"`
	Document    *mediaBody    `json:"document,omitempty"`
	Sticker     *mediaBody    `json:"sticker,omitempty"`
	Location    *Location     `json:"location,omitempty"`
	Contacts    []Card        `json:"contacts,omitempty"`
	Reaction    *reactionBody `json:"reaction,omitempty"`
	Button      *buttonBody   `json:"button,omitempty"`
	Interactive any           `json:"interactive,omitempty"`
	Edit        *editBody     `json:"edit,omitempty"`
	Revoke      *revokeBody   `json:"revoke,omitempty"`
	Unsupported *unsupported  `json:"unsupported,omitempty"`
	System      *systemBody   `json:"system,omitempty"`
}

type textBody struct {
	Body string `json:"body"`
}

type mediaBody struct {
	Caption  string `json:"caption,omitempty"`
	Filename string `json:"filename,omitempty"`
	MIME     string `json:"mime_type"`
	SHA256   string `json:"sha256"`
	ID       string `json:"id"`
	URL      string `json:"url,omitempty"`
	Voice    *bool  `json:"voice,omitempty"`
	Animated *bool  `json:"animated,omitempty"`
}

type reactionBody struct {
	MessageID string `json:"message_id"`
	Emoji     string `json:"emoji,omitempty"`
}

type buttonBody struct {
	Payload string `json:"payload"`
	Text    string `json:"text"`
}

type editBody struct {
	Original string     `json:"original_message_id"`
	Message  editedPart `json:"message"`
}

type editedPart struct {
	Type string `json:"type"`
	body
}

type revokeBody struct {
	Original string `json:"original_message_id"`
}

type unsupported struct {
	Type string `json:"type"`
}

type msgContext struct {
	From                string `json:"from,omitempty"`
	ID                  string `json:"id,omitempty"`
	Forwarded           bool   `json:"forwarded,omitempty"`
	FrequentlyForwarded bool   `json:"frequently_forwarded,omitempty"`
}

type reportedError struct {
	Code    int    `json:"code"`
	Title   string `json:"title"`
	Message string `json:"message"`
	Data    struct {
		Details string `json:"details"`
	} `json:"error_data"`
	Href string `json:"href,omitempty"`
}

type wireStatus struct {
	ID                string          `json:"id"`
	Status            string          `json:"status"`
	Timestamp         string          `json:"timestamp"`
	RecipientID       string          `json:"recipient_id,omitempty"`
	RecipientUserID   string          `json:"recipient_user_id,omitempty"`
	RecipientParentID string          `json:"recipient_parent_user_id,omitempty"`
	Callback          string          `json:"biz_opaque_callback_data,omitempty"`
	Pricing           *pricing        `json:"pricing,omitempty"`
	Errors            []reportedError `json:"errors,omitempty"`
}

type pricing struct {
	Billable bool   `json:"billable"`
	Model    string `json:"pricing_model"`
	Type     string `json:"type"`
	Category string `json:"category"`
}

type stateSync struct {
	Type    string            `json:"type"`
	Contact bookContact       `json:"contact"`
	Action  string            `json:"action"`
	Meta    map[string]string `json:"metadata"`
}

type bookContact struct {
	FullName  string `json:"full_name,omitempty"`
	FirstName string `json:"first_name,omitempty"`
	Phone     string `json:"phone_number,omitempty"`
	UserID    string `json:"user_id,omitempty"`
	ParentID  string `json:"parent_user_id,omitempty"`
	Username  string `json:"username,omitempty"`
}

type history struct {
	Meta    *historyMeta    `json:"metadata,omitempty"`
	Threads []historyThread `json:"threads,omitempty"`
	Errors  []reportedError `json:"errors,omitempty"`
}

type historyMeta struct {
	Phase    int `json:"phase"`
	Chunk    int `json:"chunk_order"`
	Progress int `json:"progress"`
}

type historyThread struct {
	ID       string            `json:"id,omitempty"`
	Context  map[string]string `json:"context"`
	Messages []wireMessage     `json:"messages"`
}

// Location is a place as messages carry it. Name and address are absent for a bare pin.
type Location struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Name      string  `json:"name,omitempty"`
	Address   string  `json:"address,omitempty"`
}

// Referral says which click-to-WhatsApp advertisement a customer comes from (text messages reference).
type Referral struct {
	SourceURL  string `json:"source_url"`
	SourceID   string `json:"source_id"`
	SourceType string `json:"source_type"` // "ad" or "post"
	Headline   string `json:"headline,omitempty"`
	Body       string `json:"body,omitempty"`
	MediaType  string `json:"media_type,omitempty"`
	ImageURL   string `json:"image_url,omitempty"`
	ClickID    string `json:"ctwa_clid,omitempty"`
}

// Card is a contact card inside a message. It says nothing about who sent it.
type Card struct {
	Name   CardName    `json:"name"`
	Phones []CardPhone `json:"phones,omitempty"`
	Emails []CardEmail `json:"emails,omitempty"`
}

// CardName is the name on a contact card.
type CardName struct {
	Formatted string `json:"formatted_name"`
	First     string `json:"first_name,omitempty"`
	Last      string `json:"last_name,omitempty"`
}

// CardPhone is one number on a contact card; WaID is set when it has WhatsApp.
type CardPhone struct {
	Phone string `json:"phone"`
	WaID  string `json:"wa_id,omitempty"`
	Type  string `json:"type,omitempty"`
}

// CardEmail is one address on a contact card.
type CardEmail struct {
	Email string `json:"email"`
	Type  string `json:"type,omitempty"`
}
