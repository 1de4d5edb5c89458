package inbox

import (
	"sync"
	"time"
)

// Counting reads every thread once, which is 0.1 s for 20,000 of them. So that many screens that ask after every burst
// do not keep the machine busy, a count is given again for as long as countShare times what it took; in a shop of a
// few hundred threads that is no time at all. What only time changes is counted anew after countsLast.
const (
	countShare = 10
	countsLast = 15 * time.Second
)

// countsCache holds the newest counts of each agent. One counts at a time.
type countsCache struct {
	mu      sync.Mutex
	byAgent map[AgentID]counted
}

type counted struct {
	counts  Counts
	seq     Seq
	at      time.Time
	takes   time.Duration
	imports uint32
}

// of gives the counts as r sees them, or those of a moment ago.
func (c *countsCache) of(r *Reader) (Counts, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	agent, seq, imports := r.lens.Agent, Applied(r.tx).Seq, readMeta(r.tx).Imports
	if have, ok := c.byAgent[agent]; ok {
		age := time.Since(have.at)
		same := have.seq == seq && have.imports == imports && age < countsLast
		if same || age < countShare*have.takes {
			return have.counts, nil
		}
	}
	began := time.Now()
	counts, err := r.Counts()
	if err != nil {
		return counts, err
	}
	if c.byAgent == nil || len(c.byAgent) > 256 { // names come from outside
		c.byAgent = map[AgentID]counted{}
	}
	c.byAgent[agent] = counted{counts: counts, seq: seq, imports: imports, at: time.Now(), takes: time.Since(began)}
	return counts, nil
}
