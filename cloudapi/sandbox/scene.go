package sandbox

import (
	"fmt"
	"strings"
)

// Scene is a play for customers and the phone. Play is called once by Start; it prepares the cast and schedules
// everything with Sandbox.After and Customer.OnMessage, and returns. What it schedules ends with the sandbox.
type Scene interface {
	Name() string
	Play(sb *Sandbox)
}

// allScenes are what can be played.
func allScenes() []Scene { return []Scene{Hotel(), FirstHour(false), FirstHour(true), Identity()} }

// SceneNames are the names of the scenes that there are.
func SceneNames() []string {
	var names []string
	for _, s := range allScenes() {
		names = append(names, s.Name())
	}
	return names
}

// SceneNamed gives a scene by its name. The error names those that there are.
func SceneNamed(name string) (Scene, error) {
	for _, s := range allScenes() {
		if s.Name() == name {
			return s, nil
		}
	}
	return nil, fmt.Errorf("it must be one of %s", strings.Join(SceneNames(), ", "))
}
