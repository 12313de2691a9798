package negotiation

// Side of the table.
type Side string

// The sides.
const (
	SideConsumer   Side = "consumer"
	SideEnterprise Side = "enterprise"
	SideBureau     Side = "bureau"
	SideSystem     Side = "system"
	SideNobody     Side = "" // nobody's turn
)

// Other party of a party.
func (s Side) Other() Side {
	if s == SideConsumer {
		return SideEnterprise
	}
	return SideConsumer
}

// Role of an account.
type Role string

// The roles.
const (
	RoleConsumer       Role = "consumer"
	RoleDeskAgent      Role = "desk_agent"
	RoleDeskSupervisor Role = "desk_supervisor"
	RoleOfficer        Role = "officer"
	RoleAdministrator  Role = "administrator"
	RoleSystem         Role = "system"
)

// Actor is who acts or reads, as the session proved it.
type Actor struct {
	ID         string // account
	Role       Role
	Enterprise string // of a desk member
	Bureau     string // of an officer
	Region     string // of the officer's bureau, six digits
}

// System is the actor of deadlines and upkeep.
var System = Actor{ID: "system", Role: RoleSystem}

// Side that the actor's role speaks for; SideNobody for administrators, who are at no table.
func (a Actor) Side() Side {
	switch a.Role {
	case RoleConsumer:
		return SideConsumer
	case RoleDeskAgent, RoleDeskSupervisor:
		return SideEnterprise
	case RoleOfficer:
		return SideBureau
	case RoleSystem:
		return SideSystem
	}
	return SideNobody
}

// By is who made an event: a side and an account. Names live outside the log.
type By struct {
	Side Side   `json:"side"`
	ID   string `json:"id"`
}

func (a Actor) by() By { return By{a.Side(), a.ID} }
