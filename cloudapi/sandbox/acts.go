package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"time"
)

// What customers and the phone do when they are told to.

func (sb *Sandbox) meant(o order) (*Customer, error) {
	if len(digits(o.Customer)) < 5 {
		return nil, errors.New(`customer is required: a phone number such as "+15550100101"`)
	}
	return sb.Customer(o.Customer), nil
}

func (sb *Sandbox) changeCustomer(o order) (any, error) {
	c, err := sb.meant(o)
	if err != nil {
		return nil, err
	}
	if o.Fails != nil {
		if *o.Fails != 0 && !known(*o.Fails) {
			return nil, fmt.Errorf("fails: %d is not a code of the error table", *o.Fails)
		}
		c.Undeliverable(*o.Fails)
	}
	if o.Name != "" {
		c.Named(o.Name)
	}
	if o.Username != "" {
		c.WithUsername(o.Username, o.HideNumber)
	}
	if o.ParentID != "" {
		c.WithParentID(o.ParentID)
	}
	if o.WithoutUserID != nil {
		c.WithoutUserID(*o.WithoutUserID)
	}
	if o.ReadReceipts != nil {
		c.ReadReceipts(*o.ReadReceipts)
	}
	if o.Blocked != nil {
		c.Blocked(*o.Blocked)
	}
	if o.Offline != nil {
		c.Offline(*o.Offline)
	}
	return c.shown(), nil
}

func (o order) options() []Option {
	var opts []Option
	switch {
	case o.Before:
		opts = append(opts, Before(o.At))
	case !o.At.IsZero():
		opts = append(opts, At(o.At))
	}
	if o.Quote != "" {
		opts = append(opts, Quoting(Message{ID: o.Quote}))
	}
	return opts
}

// content is the file of an order, or a sample of the kind.
func (o order) content(sample []byte) []byte {
	if len(o.Data) > 0 {
		return o.Data
	}
	return sample
}

func (o order) place() Location {
	if o.Location != nil {
		return *o.Location
	}
	return Location{Latitude: 15.4989, Longitude: 73.8278, Name: o.Text}
}

func (o order) file() string {
	if o.Filename != "" {
		return o.Filename
	}
	return "document.pdf"
}

// target finds the message that is meant, which must be in the customer's chat when one is named.
func (sb *Sandbox) target(o order) (Message, error) {
	m, ok := sb.Message(o.Message)
	if !ok || (o.Customer != "" && m.Customer != digits(o.Customer)) {
		return Message{}, fmt.Errorf("message: no message %q in this chat", o.Message)
	}
	return m, nil
}

func (sb *Sandbox) customerActs(verb string, o order) (any, error) {
	switch verb {
	case "react", "edit", "revoke", "tap":
		m, err := sb.target(o)
		if err != nil {
			return nil, err
		}
		c := sb.Customer(m.Customer)
		switch verb {
		case "react":
			c.React(m, o.Emoji, o.options()...)
		case "edit":
			c.Edit(m, o.Text, o.options()...)
		case "revoke":
			c.Revoke(m, o.options()...)
		default:
			return c.Tap(m, o.Button, o.options()...)
		}
		return done, nil
	}
	c, err := sb.meant(o)
	if err != nil {
		return nil, err
	}
	if o.Name != "" {
		c.Named(o.Name)
	}
	switch verb {
	case "write":
		if o.Text == "" {
			return nil, errors.New("text is required")
		}
		return c.Write(o.Text, o.options()...), nil
	case "image":
		return c.SendImage(o.content(SamplePhoto(1)), o.Text, o.options()...), nil
	case "voice":
		return c.SendVoice(o.content(SampleVoice(4*time.Second)), o.options()...), nil
	case "document":
		return c.SendDocument(o.content(SamplePDF(o.file())), o.file(), o.Text, o.options()...), nil
	case "location":
		return c.SendLocation(o.place(), o.options()...), nil
	case "unavailable":
		return c.Unavailable(o.Text, time.Duration(o.DelayMS)*time.Millisecond, o.options()...), nil
	case "unsupported":
		return c.Unsupported(cmp.Or(o.Kind, "poll_creation"), o.options()...), nil
	case "read":
		c.Read()
		return done, nil
	case "move":
		if len(digits(o.Number)) < 5 {
			return nil, errors.New("number is required: the new one")
		}
		return c.MoveTo(o.Number).shown(), nil
	}
	return nil, fmt.Errorf("customers cannot %q", verb)
}

func (sb *Sandbox) phoneActs(verb string, o order) (any, error) {
	p := sb.Phone()
	switch verb {
	case "react", "edit", "revoke":
		m, err := sb.target(o)
		if err != nil {
			return nil, err
		}
		switch verb {
		case "react":
			p.React(m, o.Emoji, o.options()...)
		case "edit":
			p.Edit(m, o.Text, o.options()...)
		default:
			p.Revoke(m, o.options()...)
		}
		return done, nil
	}
	c, err := sb.meant(o)
	if err != nil {
		return nil, err
	}
	switch verb {
	case "write":
		if o.Text == "" {
			return nil, errors.New("text is required")
		}
		return p.SendText(c, o.Text, o.options()...), nil
	case "image":
		return p.SendImage(c, o.content(SamplePhoto(2)), o.Text, o.options()...), nil
	case "voice":
		return p.SendVoice(c, o.content(SampleVoice(4*time.Second)), o.options()...), nil
	case "document":
		return p.SendDocument(c, o.content(SamplePDF(o.file())), o.file(), o.Text, o.options()...), nil
	case "location":
		return p.SendLocation(c, o.place(), o.options()...), nil
	case "save":
		if o.Name == "" {
			return nil, errors.New("name is required")
		}
		if o.Number != "" {
			p.SaveNumber(o.Number, o.Name)
			return done, nil
		}
		p.SaveContact(c, o.Name)
		return done, nil
	case "forget":
		p.RemoveContact(c)
		return done, nil
	}
	return nil, fmt.Errorf("the phone cannot %q", verb)
}
