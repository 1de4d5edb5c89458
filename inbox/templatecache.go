package inbox

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
)

// When the list is fetched again: every hour, when a webhook or a refusal says that it is stale, and soon after a
// fetch that failed (cloud-api 5.1).
const (
	templatesEvery = time.Hour
	templatesRetry = time.Minute
	templatesLeast = 10 * time.Second // between two fetches that nobody asked for
)

// templateMismatch reports the refusals that say our list is out of date.
func templateMismatch(code int) bool { return code == 132000 || code == 132001 || code == 132012 }

// templateCache is the list as last fetched. The views keep a copy, so that a start without network can show it.
type templateCache struct {
	mu   sync.Mutex
	list []Template
	wish chan struct{} // somebody thinks that the list is stale
	once sync.Once
}

func (c *templateCache) wished() chan struct{} {
	c.once.Do(func() { c.wish = make(chan struct{}, 1) })
	return c.wish
}

// stale asks for a fetch soon.
func (c *templateCache) stale() {
	select {
	case c.wished() <- struct{}{}:
	default:
	}
}

func (c *templateCache) load(tx ReadTx) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = nil
	tx.Ascend(templatesBucket, nil, func(_, v []byte) bool {
		var t Template
		if decode(v, &t) == nil {
			c.list = append(c.list, t)
		}
		return true
	})
	return nil
}

// all gives the list by name and language.
func (c *templateCache) all() []Template {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.list)
}

func (c *templateCache) find(name, language string) (Template, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.list {
		if t.Name == name && t.Language == language {
			return t, true
		}
	}
	return Template{}, false
}

// replace takes a new list and gives what is new or different in it.
func (c *templateCache) replace(list []Template) (changed []Template) {
	slices.SortFunc(list, func(a, b Template) int {
		return strings.Compare(templateKey(a), templateKey(b))
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	before := map[string]Template{}
	for _, t := range c.list {
		before[templateKey(t)] = t
	}
	for _, t := range list {
		old := before[templateKey(t)]
		old.FetchedAt = t.FetchedAt
		if !reflect.DeepEqual(old, t) {
			changed = append(changed, t)
		}
		delete(before, templateKey(t))
	}
	for _, gone := range before {
		gone.Status = "DELETED"
		changed = append(changed, gone)
	}
	c.list = list
	return changed
}

func templateKey(t Template) string { return t.Name + "\x00" + t.Language }

// fetchTemplates asks WhatsApp for the list and tells everybody what changed.
func (o *Owner) fetchTemplates(ctx context.Context) error {
	list, err := o.c.Gateway.Templates(ctx)
	if err != nil {
		return err
	}
	changed := o.templates.replace(list)
	if err := o.c.Views.Update(func(tx Tx) error { return storeTemplates(tx, list) }); err != nil {
		o.c.Log.Error("the template list could not be kept", "err", err)
	}
	for _, t := range changed {
		o.slots.put("template/"+templateKey(t), volatile{event: Event{Kind: TemplateEvent, Template: &t}})
	}
	o.notices.clear(noticeTemplates)
	return nil
}

func storeTemplates(tx Tx, list []Template) error {
	var old [][]byte
	tx.Ascend(templatesBucket, nil, func(k, _ []byte) bool {
		old = append(old, slices.Clone(k))
		return true
	})
	for _, k := range old {
		if err := tx.Delete(templatesBucket, k); err != nil {
			return err
		}
	}
	for _, t := range list {
		if err := tx.Put(templatesBucket, []byte(templateKey(t)), encode(t)); err != nil {
			return err
		}
	}
	return nil
}

// staleTemplates says that the list is old, with the reason alone of an error that has one: its own sentence would say so
// twice.
func staleTemplates(err error) Notice {
	e, ok := errors.AsType[*Error](err)
	if !ok || e.With["why"] == "" {
		return Tell(noticeTemplates, "templates-stale", "why", err.Error())
	}
	n := Tell(noticeTemplates, "templates-stale", "why", e.With["why"])
	for _, of := range []string{"code", "subcode", "detail"} { // what tells it in another language
		if v := e.With[of]; v != "" {
			n.With[of] = v
		}
	}
	return n
}

// refreshTemplates keeps the list fresh until ctx ends.
func (o *Owner) refreshTemplates(ctx context.Context) error {
	for {
		next := templatesEvery
		if err := o.fetchTemplates(ctx); err != nil && ctx.Err() == nil {
			o.c.Log.Warn("the template list could not be fetched", "err", err)
			o.notices.set(noticeTemplates, staleTemplates(err))
			next = templatesRetry
		}
		if sleep(ctx, templatesLeast) != nil {
			return nil
		}
		if sleepUntil(ctx, next-templatesLeast, o.templates.wished()) != nil {
			return nil
		}
	}
}
