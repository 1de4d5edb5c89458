package sandbox

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
)

// Delivery: one POST to the client, its repeats, and the handshake with its address.

// deliver sends a parcel once and books the outcome.
func (p *courier) deliver(ctx context.Context, target string, next *parcel) {
	next.tries++
	status, err := p.send(ctx, target, next.body)
	if ctx.Err() != nil {
		return
	}
	if status != http.StatusOK && err == nil {
		err = fmt.Errorf("the callback answered %d", status)
	}
	p.noted(status, err)
	p.mu.Lock()
	p.stats.Posts++
	if next.tries > 1 {
		p.stats.Repeats++
	}
	if next.copy {
		p.stats.Doubles++
		p.mu.Unlock()
		return
	}
	if err == nil {
		p.stats.Delivered += len(next.updates)
		p.open -= len(next.updates)
		for _, u := range next.updates {
			u.set(hookDelivered)
		}
		again := p.cfg.Double > 0 && p.rand.Float64() < p.cfg.Double
		if again {
			p.ready = append(p.ready, &parcel{updates: next.updates, body: next.body, copy: true})
		}
		p.mu.Unlock()
		if again {
			p.poke()
		}
		p.changed.notify()
		return
	}
	wait := p.cfg.RetryFirst
	for i := 1; i < next.tries && wait < p.cfg.RetryMax; i++ {
		wait *= 2
	}
	wait = min(wait, p.cfg.RetryMax)
	if p.clock.elapsed()-next.first+wait > p.cfg.GiveUp {
		p.stats.GivenUp += len(next.updates)
		p.open -= len(next.updates)
		for _, u := range next.updates {
			u.set(hookFailed)
		}
		p.mu.Unlock()
		p.changed.notify()
		return
	}
	for _, u := range next.updates {
		u.set(hookRetrying)
	}
	p.mu.Unlock()
	p.log.Info("webhook will be repeated", "status", status, "tries", next.tries, "updates", len(next.updates))
	p.agenda.after(wait, func() {
		p.mu.Lock()
		p.ready = append(p.ready, next)
		p.mu.Unlock()
		p.poke()
	})
}

func (p *courier) send(ctx context.Context, target string, body []byte) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "facebookexternalua")
	if p.signs {
		req.Header.Set("X-Hub-Signature-256", Sign(p.secret, body))
	}
	for name, value := range p.extra() {
		req.Header.Set(name, value)
	}
	res, err := p.client.Do(req)
	if err != nil {
		return 0, plainly(err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10))
	return res.StatusCode, nil
}

// carry sends headers of one's own along with each webhook from now on.
func (p *courier) carry(headers map[string]string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.headers = headers
}

func (p *courier) extra() map[string]string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.headers)
}

// plainly takes the address out of a client error: its query may hold a token.
func plainly(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

func (p *courier) noted(status int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stats.LastStatus, p.stats.LastError = status, ""
	if err != nil {
		p.stats.LastError = err.Error()
	}
}

func (p *courier) verified(target string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.callback == target {
		p.verify = ""
	}
}

// handshake asks the callback to prove that it knows the verify token (create a webhook endpoint).
func (p *courier) handshake(ctx context.Context, target, token string) error {
	challenge := rand.Text()
	u, err := url.Parse(target)
	if err != nil {
		return err
	}
	q := u.Query()
	q.Set("hub.mode", "subscribe")
	q.Set("hub.challenge", challenge)
	q.Set("hub.verify_token", token)
	u.RawQuery = q.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return err
	}
	res, err := p.client.Do(req)
	if err != nil {
		return fmt.Errorf("webhook handshake: %w", plainly(err))
	}
	defer res.Body.Close()
	got, err := io.ReadAll(io.LimitReader(res.Body, 4<<10))
	if err != nil {
		return fmt.Errorf("webhook handshake: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("webhook handshake: the callback answered %d", res.StatusCode)
	}
	if string(got) != challenge {
		return errors.New("webhook handshake: the callback did not answer with the challenge")
	}
	return nil
}

// verifies asks an address for the handshake, when a token is given.
func (p *courier) verifies(ctx context.Context, target, token string) error {
	if target == "" || token == "" {
		return nil
	}
	return p.handshake(ctx, target, token)
}

// redirect changes the address, which is verified already.
func (p *courier) redirect(target string) {
	p.mu.Lock()
	p.callback, p.verify = target, ""
	p.mu.Unlock()
	p.poke()
}
