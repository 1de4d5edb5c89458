package cloudapi

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"frontdesk/inbox"
)

// sendRequest is the body of POST /{number}/messages (cloud-api 2.1).
type sendRequest struct {
	Product       string        `json:"messaging_product"`
	RecipientType string        `json:"recipient_type,omitempty"`
	To            string        `json:"to,omitempty"`
	Recipient     string        `json:"recipient,omitempty"`
	Type          string        `json:"type,omitempty"`
	Context       *sendContext  `json:"context,omitempty"`
	Text          *sendText     `json:"text,omitempty"`
	Reaction      *sendReaction `json:"reaction,omitempty"`
	Template      *sendTemplate `json:"template,omitempty"`
	Image         *sendMedia    `json:"image,omitempty"`
	Video         *sendMedia    `json:"video,omitempty"`
	Audio         *sendMedia    `json:"audio,omitempty"`
	Document      *sendMedia    `json:"document,omitempty"`
	Sticker       *sendMedia    `json:"sticker,omitempty"`
	Location      *sendPlace    `json:"location,omitempty"`
	Contacts      []sendCard    `json:"contacts,omitempty"`
	Interactive   *sendAsk      `json:"interactive,omitempty"`
	Callback      string        `json:"biz_opaque_callback_data,omitempty"`
	Status        string        `json:"status,omitempty"`
	MessageID     string        `json:"message_id,omitempty"`
	Typing        *sendTyping   `json:"typing_indicator,omitempty"`
}

type sendContext struct {
	MessageID string `json:"message_id"`
}

type sendText struct {
	Body    string `json:"body"`
	Preview bool   `json:"preview_url"`
}

type sendReaction struct {
	MessageID string `json:"message_id"`
	Emoji     string `json:"emoji"`
}

type sendTyping struct {
	Type string `json:"type"`
}

const product = "whatsapp"

// newSendRequest spells an outgoing message. The error says, for a person, what is missing.
func newSendRequest(to inbox.Peer, out inbox.Outgoing, callback string) (sendRequest, error) {
	r := sendRequest{Product: product, RecipientType: "individual", Type: out.Type, Callback: callback}
	switch {
	case to.Alias.Phone() != "":
		r.To = phoneTo(to.Alias.Phone())
	case to.Alias.User() != "":
		r.Recipient = to.Alias.User()
	case to.Alias.Parent() != "":
		r.Recipient = to.Alias.Parent()
	default:
		return r, errors.New("there is neither a phone number nor a user id to send it to")
	}
	if out.ReplyTo != "" && out.Type != "reaction" {
		r.Context = &sendContext{MessageID: out.ReplyTo}
	}
	switch out.Type {
	case "text":
		if out.Text == "" {
			return r, errors.New("it has no text")
		}
		// A preview shows the first https link (cloud-api 2.2).
		r.Text = &sendText{Body: out.Text, Preview: strings.Contains(out.Text, "https://")}
	case "reaction":
		if out.ReplyTo == "" {
			return r, errors.New("the reaction names no message")
		}
		r.Reaction = &sendReaction{MessageID: out.ReplyTo, Emoji: out.Emoji}
	case "template":
		of := out.Template
		if f := out.File; f != nil && of != nil { // of its header
			with := *of
			with.HeaderMedia = &inbox.HeaderMedia{ID: f.ID, Name: f.Name}
			of = &with
		}
		t, err := newSendTemplate(of)
		if err != nil {
			return r, err
		}
		r.Template = t
	case inbox.AsImage, inbox.AsVideo, inbox.AsAudio, inbox.AsDocument, inbox.AsSticker:
		return r, r.attach(out)
	case "location":
		if out.Location == nil {
			return r, errors.New("it names no place")
		}
		r.Location = &sendPlace{out.Location.Latitude, out.Location.Longitude, out.Location.Name, out.Location.Address}
	case "contacts":
		if len(out.Cards) == 0 {
			return r, errors.New("it holds no contact card")
		}
		for _, c := range out.Cards {
			r.Contacts = append(r.Contacts, newSendCard(c))
		}
	case "interactive":
		switch {
		case out.Ask == nil:
			return r, errors.New("there is nothing to press in it")
		case out.File != nil && out.File.ID == "":
			return r, errors.New("its file was not uploaded")
		}
		r.Interactive = newSendAsk(out)
	default:
		return r, errors.New("messages of the type " + cut(out.Type, 40) + " cannot be sent from here")
	}
	return r, nil
}

// sendMedia is an uploaded file in a message (cloud-api 2.5).
type sendMedia struct {
	ID       string `json:"id"`
	Caption  string `json:"caption,omitempty"`
	Filename string `json:"filename,omitempty"`
	Voice    bool   `json:"voice,omitempty"`
}

// attach puts the file of a message into the request.
func (r *sendRequest) attach(out inbox.Outgoing) error {
	if out.File == nil || out.File.ID == "" {
		return errors.New("its file was not uploaded")
	}
	f := &sendMedia{ID: out.File.ID}
	switch out.Type {
	case inbox.AsImage:
		f.Caption, r.Image = out.Text, f
	case inbox.AsVideo:
		f.Caption, r.Video = out.Text, f
	case inbox.AsAudio:
		f.Voice, r.Audio = out.File.As == inbox.AsVoice, f
	case inbox.AsDocument:
		f.Caption, f.Filename, r.Document = out.Text, out.File.Name, f
	case inbox.AsSticker:
		r.Sticker = f
	}
	return nil
}

// Send implements inbox.Gateway. It makes exactly one request: no retry here or in the transport, no redirect, no
// idempotency header, which the API ignores and Go would take as leave to repeat. The outcome is not-sent only when no
// byte of the request left; whatever may have been accepted is unknown (merge-rules 7.3).
func (c *Client) Send(ctx context.Context, to inbox.Peer, out inbox.Outgoing, callback string) inbox.Outcome {
	body, err := newSendRequest(to, out, callback)
	if err != nil {
		title, _ := Explain(CodeUnsendable, 0)
		return inbox.Outcome{Result: inbox.ResultRejected,
			Failure: &inbox.Failure{Code: CodeUnsendable, Title: title, Detail: err.Error()}}
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	began := c.clock()
	var try attempt
	credential := c.Credential()
	a, err := c.post(try.watch(ctx), c.edge(to.Line, "messages"), body)
	o := c.outcome(a, err, &try)
	if o.Result == inbox.ResultRejectedAuth {
		o.Token = credential
	}
	c.logSend(to.Line, out.Type, callback, o, a, c.clock().Sub(began))
	return o
}

// outcome classifies how one POST ended.
func (c *Client) outcome(a answer, err error, try *attempt) inbox.Outcome {
	if _, never := errors.AsType[permanent](err); never {
		// No token, or a host that may not get it: nothing was even tried.
		title, _ := Explain(CodeUnreachable, 0)
		return inbox.Outcome{Result: inbox.ResultNotSent, Failure: &inbox.Failure{Code: CodeUnreachable, Title: title, Detail: err.Error()}}
	}
	if err != nil && a.status == 0 {
		code, result := CodeNoAnswer, inbox.ResultUnknown
		if try.nothingLeft() {
			code, result = CodeUnreachable, inbox.ResultNotSent
		}
		title, _ := Explain(code, 0)
		return inbox.Outcome{Result: result, Failure: &inbox.Failure{Code: code, Title: title, Detail: bounded(plainly(err))}}
	}
	var o inbox.Outcome
	if at := a.at(); !at.IsZero() {
		o.Date = at.Unix()
	}
	if a.ok() {
		return accepted(o, a.body)
	}
	if err != nil {
		// The status alone does not do: the code that was cut off may be one that leaves it open.
		title, _ := Explain(CodeNoAnswer, 0)
		o.Result = inbox.ResultUnknown
		o.Failure = &inbox.Failure{Code: CodeNoAnswer, Title: title, Detail: bounded(plainly(err))}
		return o
	}
	e := readAPIError(a.status, a.header, a.body)
	o.Result, o.Failure = outcomeOf(e), e.failure()
	if o.Result == inbox.ResultThrottled || o.Result == inbox.ResultThrottledThread {
		o.RetryAfter = e.retryAfter
	}
	return o
}

// accepted reads the answer to an accepted message (cloud-api 2.10). Without an id nothing is certain.
func accepted(o inbox.Outcome, body []byte) inbox.Outcome {
	var r struct {
		Contacts loose[[]struct {
			Input  text `json:"input"`
			WaID   text `json:"wa_id"`
			UserID text `json:"user_id"`
		}] `json:"contacts"`
		Messages loose[[]struct {
			ID     text `json:"id"`
			Status text `json:"message_status"`
		}] `json:"messages"`
	}
	err := json.Unmarshal(body, &r)
	if err != nil || len(r.Messages.V) == 0 || r.Messages.V[0].ID == "" {
		title, _ := Explain(CodeNoAnswer, 0)
		o.Result = inbox.ResultUnknown
		o.Failure = &inbox.Failure{Code: CodeNoAnswer, Title: title, Detail: "WhatsApp answered without a message id"}
		return o
	}
	o.Result, o.WAMID = inbox.ResultAccepted, string(r.Messages.V[0].ID)
	if s := r.Messages.V[0].Status; s != "accepted" {
		o.Status = bounded(string(s))
	}
	var peers aliases
	for _, p := range r.Contacts.V {
		peers = peers.with(alias(p.Input), alias(p.WaID), userAlias(p.UserID))
	}
	o.Peers = peers
	return o
}

// plainly spells a network error for a person.
func plainly(err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	case errors.Is(err, context.Canceled):
		return "it was broken off here"
	}
	return err.Error()
}

// logSend tells what happened without saying what was written or to whom. A wamid holds the customer's number, so our
// own reference stands for the message.
func (c *Client) logSend(line inbox.LineID, kind, callback string, o inbox.Outcome, a answer, took time.Duration) {
	args := []any{"line", line, "type", kind, "ref", callback, "result", o.Result, "ms", took.Milliseconds()}
	if o.Failure != nil {
		args = append(args, "status", a.status, "code", o.Failure.Code)
		if a.status != 0 && !a.ok() {
			args = append(args, "fbtrace_id", readAPIError(a.status, a.header, a.body).Trace)
		}
		c.log.Warn("message not accepted", args...)
		return
	}
	c.log.Info("message accepted", args...)
}

// MarkRead implements inbox.Gateway (cloud-api 3.1). One request; a failure is worth no second one.
func (c *Client) MarkRead(ctx context.Context, line inbox.LineID, wamid string, typing bool) error {
	body := sendRequest{Product: product, Status: "read", MessageID: wamid}
	if typing {
		body.Typing = &sendTyping{Type: "text"}
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	a, err := c.post(ctx, c.edge(line, "messages"), body)
	if err == nil && !a.ok() {
		err = readAPIError(a.status, a.header, a.body)
	}
	if err != nil {
		c.log.Debug("read mark failed", attrs("POST messages", 1, err)...)
		return explained(markingRead, err)
	}
	return nil
}
