package inbox

// Role is what a person at a desk may do (network.md 2.3).
type Role string

// The roles. An unknown one may do as little as a viewer.
const (
	Lead   Role = "lead"
	Member Role = "agent"
	Viewer Role = "viewer"
)

// least names the weakest role that may give each command. A command that is missing here is for leads alone.
var least = map[string]Role{
	Send{}.Kind():             Member,
	Decide{}.Kind():           Member,
	MarkRead{}.Kind():         Member,
	MarkUnread{}.Kind():       Member,
	SetState{}.Kind():         Member,
	Assign{}.Kind():           Member,
	Label{}.Kind():            Member,
	Mute{}.Kind():             Member,
	AddNote{}.Kind():          Member,
	Rename{}.Kind():           Member,
	EditContacts{}.Kind():     Member,
	Join{}.Kind():             Member,
	Separate{}.Kind():         Member,
	SaveDraft{}.Kind():        Member,
	RefreshTemplates{}.Kind(): Member,
	SaveReply{}.Kind():        Member,
	StarTemplate{}.Kind():     Member,
	RemoveReply{}.Kind():      Member,
	FetchMedia{}.Kind():       Member,
	SeePhone{}.Kind():         Member,
	LookOnPhone{}.Kind():      Member,
	Look{}.Kind():             Viewer,
	SeeAll{}.Kind():           Viewer,
	Attend{}.Kind():           Viewer,
	LiftHold{}.Kind():         Lead,
	RequestSync{}.Kind():      Lead,
	ListenerProven{}.Kind():   Lead,
	ImportChat{}.Kind():       Lead,
	Backup{}.Kind():           Lead,
}

// Allowed reports whether a person of this role may give the command.
func Allowed(r Role, c Command) bool {
	need, ok := least[c.Kind()]
	if !ok {
		need = Lead
	}
	return rank(r) >= rank(need)
}

func rank(r Role) int {
	switch r {
	case Lead:
		return 2
	case Member:
		return 1
	}
	return 0
}
