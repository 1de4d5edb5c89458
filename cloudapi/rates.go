package cloudapi

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"frontdesk/inbox"

	"go.yaml.in/yaml/v3"
)

//go:embed rates.yaml
var ratesFile []byte

// Rates is the table of prices that the program comes with: dated, sourced, and no more than an estimate (cloud-api 8.3).
var Rates = sync.OnceValue(func() inbox.Rates {
	r, err := ReadRates("rates.yaml", ratesFile)
	if err != nil {
		panic("cloudapi: " + err.Error()) // the file is part of the program; a test reads it
	}
	return r
})

// ReadRates reads a table of prices. What it says of a mistake has the file's name and the line. A rule that the file does
// not have is zero, or -1 where zero has a meaning.
func ReadRates(name string, data []byte) (inbox.Rates, error) {
	r := ratesReader{name: name, rates: inbox.Rates{FreeService: -1, Markets: map[string][]string{}}, sources: map[string]rateSource{}}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return inbox.Rates{}, fmt.Errorf("%s: %s", name, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if len(doc.Content) == 0 {
		return inbox.Rates{}, fmt.Errorf("%s is empty; it needs rates", name)
	}
	if err := r.file(doc.Content[0]); err != nil {
		return inbox.Rates{}, err
	}
	return r.rates, nil
}

type rateSource struct{ what, dated string }

// ratesReader reads a file of rates node by node, so that every complaint has a line.
type ratesReader struct {
	name    string
	rates   inbox.Rates
	sources map[string]rateSource
}

func (r *ratesReader) wrong(n *yaml.Node, format string, a ...any) error {
	return fmt.Errorf("%s line %d: %s", r.name, n.Line, fmt.Sprintf(format, a...))
}

// fields gives the values of a map by key, and refuses keys that are not among the known ones.
func (r *ratesReader) fields(n *yaml.Node, known ...string) (map[string]*yaml.Node, error) {
	if n.Kind != yaml.MappingNode {
		return nil, r.wrong(n, "a map of %s is wanted here", strings.Join(known, ", "))
	}
	found := map[string]*yaml.Node{}
	for i := 0; i < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case !slices.Contains(known, key.Value):
			return nil, r.wrong(key, "%q is not known here; known are %s", key.Value, strings.Join(known, ", "))
		case found[key.Value] != nil:
			return nil, r.wrong(key, "%s is there twice", key.Value)
		}
		found[key.Value] = n.Content[i+1]
	}
	return found, nil
}

func (r *ratesReader) file(n *yaml.Node) error {
	top, err := r.fields(n, "read", "rules", "markets", "sources", "rates")
	if err != nil {
		return err
	}
	if top["read"] == nil {
		return r.wrong(n, "read is missing: the day on which the prices were looked up, as 2026-11-01")
	}
	if r.rates.Read, err = r.day(top["read"]); err != nil {
		return err
	}
	for _, part := range []struct {
		name string
		read func(*yaml.Node) error
	}{{"rules", r.rules}, {"markets", r.markets}, {"sources", r.readSources}, {"rates", r.rows}} {
		if node := top[part.name]; node != nil {
			if err := part.read(node); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *ratesReader) day(n *yaml.Node) (inbox.Day, error) {
	d, err := inbox.ParseDay(n.Value)
	if err != nil {
		return d, r.wrong(n, "%q is no day; write it as 2026-10-01", n.Value)
	}
	return d, nil
}

func (r *ratesReader) rules(n *yaml.Node) error {
	rules, err := r.fields(n, "service_charged_from", "free_service_messages")
	if err != nil {
		return err
	}
	if from := rules["service_charged_from"]; from != nil {
		if r.rates.ServiceFrom, err = r.day(from); err != nil {
			return err
		}
	}
	if free := rules["free_service_messages"]; free != nil {
		if r.rates.FreeService, err = strconv.Atoi(free.Value); err != nil || r.rates.FreeService < 0 {
			return r.wrong(free, "%q is no number of messages", free.Value)
		}
	}
	return nil
}

func (r *ratesReader) markets(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return r.wrong(n, "a map of markets is wanted here, as North America: [CA, US]")
	}
	in := map[string]string{}
	for i := 0; i < len(n.Content); i += 2 {
		name, list := n.Content[i], n.Content[i+1]
		if isCountryCode(name.Value) {
			return r.wrong(name, "%q is a country; a market needs a longer name", name.Value)
		}
		if list.Kind != yaml.SequenceNode {
			return r.wrong(list, "a list of countries is wanted here, as [CA, US]")
		}
		for _, c := range list.Content {
			switch {
			case !isCountryCode(c.Value):
				return r.wrong(c, "%q is no country; write its two letters, as US", c.Value)
			case in[c.Value] != "":
				return r.wrong(c, "%s is in the market %s already", c.Value, in[c.Value])
			}
			in[c.Value] = name.Value
			r.rates.Markets[name.Value] = append(r.rates.Markets[name.Value], c.Value)
		}
	}
	return nil
}

func (r *ratesReader) readSources(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return r.wrong(n, "a map of sources is wanted here")
	}
	for i := 0; i < len(n.Content); i += 2 {
		s, err := r.fields(n.Content[i+1], "what", "dated")
		if err != nil {
			return err
		}
		if s["what"] == nil || s["dated"] == nil {
			return r.wrong(n.Content[i], "the source %s needs what and dated", n.Content[i].Value)
		}
		if !isDated(s["dated"].Value) {
			return r.wrong(s["dated"], "%q is no date of a source; write it as 2026, 2026-10 or 2026-10-01", s["dated"].Value)
		}
		r.sources[n.Content[i].Value] = rateSource{inbox.Clean(s["what"].Value), s["dated"].Value}
	}
	return nil
}

func (r *ratesReader) rows(n *yaml.Node) error {
	if n.Kind != yaml.SequenceNode {
		return r.wrong(n, "a list of rates is wanted here")
	}
	seen := map[string]int{}
	for _, row := range n.Content {
		rate, err := r.row(row)
		if err != nil {
			return err
		}
		key := strings.Join([]string{rate.Place, rate.Category, rate.Price.Currency, rate.From.String()}, " ")
		if line := seen[key]; line != 0 {
			return r.wrong(row, "the price of %s is in line %d already", key, line)
		}
		seen[key] = row.Line
		r.rates.Rows = append(r.rates.Rows, rate)
	}
	return nil
}

func (r *ratesReader) row(n *yaml.Node) (rate inbox.Rate, err error) {
	all := []string{"for", "category", "from", "price", "source"}
	f, err := r.fields(n, all...)
	if err != nil {
		return rate, err
	}
	for _, k := range all {
		if f[k] == nil {
			return rate, r.wrong(n, "this rate has no %s", k)
		}
	}
	rate.Place, rate.Category = f["for"].Value, f["category"].Value
	if !isCountryCode(rate.Place) && r.rates.Markets[rate.Place] == nil {
		return rate, r.wrong(f["for"], "%q is neither a country's two letters nor one of the markets", rate.Place)
	}
	if !slices.Contains(inbox.Categories(), rate.Category) {
		return rate, r.wrong(f["category"], "%q is no category; it must be one of %s", rate.Category, strings.Join(inbox.Categories(), ", "))
	}
	if rate.From, err = r.day(f["from"]); err != nil {
		return rate, err
	}
	if rate.Price, err = inbox.ParseMoney(f["price"].Value); err != nil {
		return rate, r.wrong(f["price"], "price: %v", err)
	}
	s, ok := r.sources[f["source"].Value]
	if !ok {
		return rate, r.wrong(f["source"], "there is no source %q; sources says where prices were read", f["source"].Value)
	}
	rate.Source, rate.Dated = s.what, s.dated
	return rate, nil
}

func isCountryCode(s string) bool {
	return len(s) == 2 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// isDated holds for a year, a month or a day.
func isDated(s string) bool {
	const whole = "2000-01-01"
	if len(s) != 4 && len(s) != 7 && len(s) != len(whole) {
		return false
	}
	_, err := inbox.ParseDay(s + whole[len(s):])
	return err == nil
}
