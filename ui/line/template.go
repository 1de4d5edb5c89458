package line

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"frontdesk/inbox"
	"frontdesk/ui"
	"frontdesk/ui/enclose"
)

// template lists the templates, or fills one in: by its name, with its language when there are several, or by its number
// in the list.
func (s *session) template(args string) {
	if s.talk == nil && s.to == "" {
		s.say(s.w.LineNothingOpen)
		return
	}
	all, err := s.desk.Templates(s.ctx)
	if err != nil {
		s.fail(err)
		return
	}
	name, language := firstWord(args)
	if name == "" {
		s.listTemplates(all)
		return
	}
	var fit []inbox.Template
	if len(s.picks) == 0 {
		s.picks = all // as the list would number them
	}
	if n, err := strconv.Atoi(name); err == nil && n >= 1 && n <= len(s.picks) {
		fit = s.picks[n-1 : n]
	} else {
		for _, t := range all {
			if strings.EqualFold(t.Name, name) && (language == "" || strings.EqualFold(t.Language, language)) {
				fit = append(fit, t)
			}
		}
	}
	switch len(fit) {
	case 0:
		s.say(s.w.NoTemplateMatch)
		return
	case 1:
	default:
		s.listTemplates(fit)
		s.say(s.w.LineWhichLanguage)
		return
	}
	if why := s.w.NotSendable(fit[0]); why != "" {
		s.out.line(why)
		return
	}
	s.fillTemplate(fit[0])
}

func (s *session) listTemplates(all []inbox.Template) {
	s.picks = all
	for i, t := range all {
		parts := []string{strconv.Itoa(i+1) + " " + t.Name, t.Language, strings.ToLower(t.Category)}
		text := s.w.NotSendable(t)
		if text == "" {
			text = t.Render(inbox.TemplateSend{})
		}
		s.out.line(s.w.List(parts...) + ": " + text)
	}
	if len(all) == 0 {
		s.say(s.w.LineNoTemplates)
		return
	}
	s.say(s.w.LinePickTemplate)
}

// filling asks for the values of a template, one after the other, and shows it before it goes.
type filling struct {
	thread inbox.ThreadID
	to     string
	name   string // of the customer
	t      inbox.Template
	oid    inbox.OID // made with it: sending it twice is one message
	asks   []value
	at     int
}

// value is one that is asked for. A location takes four.
type value struct {
	need  inbox.TemplateField
	part  string // of a location
	label string
	text  string
}

// locationParts are what a location is made of.
var locationParts = []string{"lat", "lon", "name", "address"}

func (s *session) fillTemplate(t inbox.Template) {
	f := &filling{to: s.to, name: s.to, t: t, oid: inbox.OID(s.cfg.NewID())}
	if s.talk != nil {
		f.thread, f.to, f.name = s.talk.thread.ID, "", s.talk.thread.Name
	}
	for _, need := range t.Needs() {
		switch need.Kind {
		case inbox.LocationField:
			for _, part := range locationParts {
				f.asks = append(f.asks, value{need: need, part: part, label: s.w.LocationParts[part]})
			}
		case inbox.PayloadField: // what a quick reply sends back is for programs
		default:
			v := value{need: need, label: s.w.Field(t, need)}
			if ui.WantsName(t, need) {
				v.text = inbox.FirstName(f.name)
			}
			f.asks = append(f.asks, v)
		}
	}
	s.say(s.w.LineFill, "template", t.Name, "text", t.Render(inbox.TemplateSend{}))
	s.asking = f
	f.ask(s)
}

func (f *filling) prompt() string { return ". " }

// ask asks for the next value, or shows the whole when there is none left.
func (f *filling) ask(s *session) {
	if f.at >= len(f.asks) {
		f.review(s)
		return
	}
	v := f.asks[f.at]
	text := s.w.LineAsk
	if v.text != "" {
		text = s.w.LineAskDefault
	}
	s.say(text, "n", strconv.Itoa(f.at+1), "all", strconv.Itoa(len(f.asks)), "field", v.label, "hint", s.w.Hint(v.need, v.part), "text", v.text)
}

func (f *filling) take(s *session, text string) {
	text = strings.TrimSpace(text)
	if text == "." {
		s.asking = nil
		f.leave(s)
		return
	}
	v := &f.asks[f.at]
	optional := v.need.Optional || v.part == "lon" || v.part == "name" || v.part == "address"
	switch {
	case text != "":
		v.text = text
	case v.text == "" && !optional:
		f.ask(s)
		return
	}
	if v.need.Kind == inbox.MediaField {
		if info, err := os.Stat(ui.HomePath(v.text)); err != nil || !info.Mode().IsRegular() {
			if v.text = ""; err != nil {
				s.say(s.w.NoSuchFile)
			} else {
				s.say(s.w.NotAFile)
			}
			f.ask(s)
			return
		}
	}
	for f.at++; f.at < len(f.asks) && f.asks[f.at].part == "lon" && strings.Contains(v.text, ","); f.at++ {
		// both stood in the first, as maps copy them
	}
	f.ask(s)
}

func (f *filling) leave(s *session) { s.say(s.w.LineNotSent) }

// values are what was answered, as it would be sent.
func (f *filling) values() inbox.TemplateSend {
	v := inbox.TemplateSend{Name: f.t.Name, Language: f.t.Language, Category: f.t.Category, Components: f.t.Components, Named: f.t.Format == "NAMED"}
	put := func(to *map[string]string, name, text string) {
		if *to == nil {
			*to = map[string]string{}
		}
		(*to)[name] = text
	}
	place := map[string]string{}
	for _, x := range f.asks {
		switch {
		case x.need.Kind == inbox.LocationField:
			place[x.part] = x.text
		case x.text == "":
		case x.need.Kind == inbox.MediaField:
			v.HeaderMedia = &inbox.HeaderMedia{File: ui.HomePath(x.text), Name: inbox.Clean(filepath.Base(x.text))}
		case x.need.Part == "header":
			put(&v.Header, x.need.Name, x.text)
		case x.need.Part == "button":
			put(&v.Buttons, x.need.Name, x.text)
		default:
			put(&v.Body, x.need.Name, x.text)
		}
	}
	if lat, lon, ok := ui.Place(place["lat"], place["lon"]); ok {
		v.HeaderLocation = &inbox.HeaderLocation{Latitude: lat, Longitude: lon, Name: place["name"], Address: place["address"]}
	}
	return v
}

// review says the whole, exactly as it would go, and waits for the word. What WhatsApp would refuse is asked for again.
func (f *filling) review(s *session) {
	v := f.values()
	if wrong := f.t.Check(v); len(wrong) > 0 {
		first := len(f.asks)
		for _, p := range wrong {
			for i := range f.asks {
				if a := &f.asks[i]; a.need.Key() == p.Field.Key() && (a.part == "" || a.part == "lat") {
					s.out.line(a.label + " " + s.w.Wrong(p.Text) + ".")
					a.text = ""
					first = min(first, i)
				}
			}
		}
		if first == len(f.asks) { // about the whole, not one value
			s.asking = nil
			s.out.line(sentence(s.w.Wrong(wrong[0].Text)))
			f.leave(s)
			return
		}
		f.at = first
		f.ask(s)
		return
	}
	s.asking = nil
	text := f.t.Render(v)
	s.say(s.w.ReviewTo, "name", f.name)
	for l := range strings.SplitSeq(text, "\n") {
		if strings.TrimSpace(l) != "" {
			s.out.line("  " + l)
		}
	}
	if prices, err := s.desk.Prices(s.ctx, inbox.PriceQuery{Thread: f.thread, To: f.to}); err == nil {
		if p, ok := prices[strings.ToLower(f.t.Category)]; ok {
			s.say(s.w.TemplateFor, "price", s.w.Price(&p))
		}
	}
	s.say(s.w.LineReview)
	send := inbox.Send{Thread: f.thread, To: f.to, OID: f.oid, Out: inbox.Outgoing{Type: "template", Text: text, Template: &v}}
	s.confirm(send)
}

// confirm waits for the word that sends a template, now or later.
func (s *session) confirm(send inbox.Send) {
	s.offer(map[string]func(string){
		"send": func(string) { s.sendTemplate(send) },
		"later": func(args string) {
			at, ok := s.w.Moment(s.now(), args)
			if !ok {
				s.say(s.w.NoMoment, "text", args)
				s.say(s.w.LineReview)
				s.confirm(send)
				return
			}
			send.Later = at
			s.sendTemplate(send)
		},
	}, func() { s.say(s.w.LineNotSent) })
}

func (s *session) sendTemplate(send inbox.Send) {
	err := enclose.Header(s.ctx, s.desk, &send.Out)
	if err == nil {
		_, err = s.desk.Do(s.ctx, string(send.OID), send)
	}
	if err != nil {
		s.fail(err)
		switch inbox.KindOf(err) {
		case inbox.Invalid, inbox.NotAllowed, inbox.NotFound, inbox.ReadOnly, inbox.WindowClosed:
		default: // it may have been taken: again, it is the same message
			s.say(s.w.LineReview)
			s.confirm(send)
		}
		return
	}
	s.ours[send.OID] = true
	switch {
	case !send.Later.IsZero():
		s.say(s.w.LineLaterSet, "at", s.w.When(s.now(), send.Later))
	case send.Thread == "":
		s.say(s.w.TemplateHanded, "name", send.Out.Template.Name)
		s.openRef(send.To)
	default:
		s.waitFor(send.OID)
	}
}
