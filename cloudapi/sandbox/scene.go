package sandbox

// Scene is a play for customers and the phone. Play is called once by Start; it prepares the cast and schedules
// everything with Sandbox.After and Customer.OnMessage, and returns. What it schedules ends with the sandbox.
type Scene interface {
	Name() string
	Play(sb *Sandbox)
}
