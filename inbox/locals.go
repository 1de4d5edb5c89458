package inbox

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/oklog/ulid/v2"
)

// NewID makes an id that sorts by time and is never made twice: for a command, a draft (OID) or a run.
func NewID() string { return ulid.Make().String() }

// The words under which the journal keeps local facts. They reach disk: they are added to, never changed.
const (
	entryQueued       = "queued"
	entryAttempted    = "attempted"
	entrySettled      = "settled"
	entryDecided      = "decided"
	entryLineReleased = "line-released"
	entryViewed       = "viewed"
	entryUnviewed     = "unviewed"
	entryStateSet     = "state-set"
	entryAssigned     = "assigned"
	entryLabelled     = "labelled"
	entryMuted        = "muted"
	entryNoted        = "noted"
	entryNamed        = "named"
	entryFieldsSet    = "fields-set"
	entryLinked       = "linked"
	entryReplySaved   = "reply-saved"
	entryReplyRemoved = "reply-removed"
	entryReplyUsed    = "reply-used"
	entryStarred      = "template-starred"
	entryPhoneSeen    = "phone-seen"
	entryLinkChecked  = "link-checked"
	entryPhoneLooked  = "phone-looked"
	entryReceipts     = "receipts-told"
	entryCaughtUp     = "caught-up"
	entryStopped      = "stopped"
	entryMissed       = "missed"
	entryMediaStored  = "media-stored"
	entryMediaFailed  = "media-failed"
	entryMediaWanted  = "media-wanted"
	entryMediaDropped = "media-dropped"
)

// The words of what the phone was asked for.
const (
	entrySyncRequested  = "sync-requested"
	entrySyncSettled    = "sync-settled"
	entryListenerProved = "listener-proved"
	entryChatImported   = "chat-imported"
)

// EncodeLocal makes the journal entry of a local fact. Facts of the outbox get their oid as Scope, so that a Guard sees
// every other fact about the same message, and an id made of what they say, so that a repeat is the same entry. Other
// facts take their id from the command that caused them. Journal.Append gives the rest.
func EncodeLocal(command string, f Fact, at time.Time) (Entry, error) {
	e := Entry{At: at, ID: "c:" + command}
	switch f := f.(type) {
	case Queued:
		e.Kind, e.Scope, e.By, e.ID = entryQueued, string(f.OID), string(f.Agent), queuedID(f.OID)
	case Attempted:
		e.Kind, e.Scope, e.ID = entryAttempted, string(f.OID), attemptedID(f.OID, f.N)
	case Settled:
		e.Kind, e.Scope, e.ID = entrySettled, string(f.OID), settledID(f.OID, f.N)
	case Decided:
		e.Kind, e.Scope, e.By = entryDecided, string(f.OID), string(f.Agent)
	case LineReleased:
		e.Kind, e.By = entryLineReleased, string(f.Agent)
	case Viewed:
		e.Kind, e.By = entryViewed, string(f.Agent)
	case Unviewed:
		e.Kind, e.By = entryUnviewed, string(f.Agent)
	case StateSet:
		e.Kind, e.By = entryStateSet, string(f.Agent)
	case Assigned:
		e.Kind, e.By = entryAssigned, string(f.Agent)
	case Labelled:
		e.Kind, e.By = entryLabelled, string(f.Agent)
	case Muted:
		e.Kind, e.By = entryMuted, string(f.Agent)
	case Noted:
		e.Kind, e.By = entryNoted, string(f.Agent)
	case Named:
		e.Kind, e.By = entryNamed, string(f.Agent)
	case FieldsSet:
		e.Kind, e.By = entryFieldsSet, string(f.Agent)
	case Linked:
		e.Kind, e.By = entryLinked, string(f.Agent)
	case ReplySaved:
		e.Kind, e.By = entryReplySaved, string(f.Agent)
	case ReplyRemoved:
		e.Kind, e.By = entryReplyRemoved, string(f.Agent)
	case TemplateStarred:
		e.Kind, e.By = entryStarred, string(f.Agent)
	case ReplyUsed:
		e.Kind, e.By = entryReplyUsed, string(f.Agent)
	case PhoneSeen:
		e.Kind, e.By = entryPhoneSeen, string(f.Agent)
	case LinkChecked:
		e.Kind, e.ID = entryLinkChecked, ""
	case PhoneLooked:
		e.Kind, e.By = entryPhoneLooked, string(f.Agent)
	case ReceiptsTold:
		e.Kind, e.ID = entryReceipts, ""
	case CaughtUp:
		e.Kind, e.By = entryCaughtUp, string(f.Agent)
	case Stopped:
		e.Kind = entryStopped
	case Missed:
		e.Kind = entryMissed
	case MediaWanted:
		e.Kind, e.By = entryMediaWanted, string(f.Agent)
	case MediaStored:
		e.Kind, e.ID = entryMediaStored, ""
	case MediaFailed:
		e.Kind, e.ID = entryMediaFailed, ""
	case MediaDropped:
		e.Kind, e.ID = entryMediaDropped, ""
	case SyncRequested:
		e.Kind, e.Scope, e.By, e.ID = entrySyncRequested, syncScope(f.What), string(f.Agent), "sq:"+f.ID
	case SyncSettled:
		e.Kind, e.Scope, e.ID = entrySyncSettled, syncScope(f.What), "sr:"+f.ID
	case ChatImported:
		e.Kind, e.By, e.ID = entryChatImported, string(f.Agent), ""
	case ListenerProved:
		e.Kind, e.By = entryListenerProved, string(f.Agent)
	default:
		return Entry{}, fmt.Errorf("%T is not a local fact", f)
	}
	var err error
	e.Data, err = json.Marshal(f)
	if e.ID == "" {
		e.ID = saidID(e.Kind, e.Data)
	}
	return e, err
}

// saidID is the id of a fact that nobody commanded: it is made of what the fact says, its time among it.
func saidID(kind string, data []byte) string {
	sum := sha256.Sum256(data)
	return kind + ":" + hex.EncodeToString(sum[:16])
}

func queuedID(oid OID) string           { return "q:" + string(oid) }
func attemptedID(oid OID, n int) string { return "a:" + string(oid) + ":" + strconv.Itoa(n) }
func settledID(oid OID, n int) string   { return "r:" + string(oid) + ":" + strconv.Itoa(n) }

// DecodeLocal reads the fact back. It knows every word that EncodeLocal writes; a word from a newer version is an error.
func DecodeLocal(kind string, data []byte) (Fact, error) {
	switch kind {
	case entryQueued:
		return decodeLocal[Queued](data)
	case entryAttempted:
		return decodeLocal[Attempted](data)
	case entrySettled:
		return decodeLocal[Settled](data)
	case entryDecided:
		return decodeLocal[Decided](data)
	case entryLineReleased:
		return decodeLocal[LineReleased](data)
	case entryViewed:
		return decodeLocal[Viewed](data)
	case entryUnviewed:
		return decodeLocal[Unviewed](data)
	case entryStateSet:
		return decodeLocal[StateSet](data)
	case entryAssigned:
		return decodeLocal[Assigned](data)
	case entryLabelled:
		return decodeLocal[Labelled](data)
	case entryPhoneSeen:
		return decodeLocal[PhoneSeen](data)
	case entryLinkChecked:
		return decodeLocal[LinkChecked](data)
	case entryPhoneLooked:
		return decodeLocal[PhoneLooked](data)
	case entryReceipts:
		return decodeLocal[ReceiptsTold](data)
	case entryCaughtUp:
		return decodeLocal[CaughtUp](data)
	case entryStopped:
		return decodeLocal[Stopped](data)
	case entryMissed:
		return decodeLocal[Missed](data)
	case entryMuted:
		return decodeLocal[Muted](data)
	case entryNoted:
		return decodeLocal[Noted](data)
	case entryNamed:
		return decodeLocal[Named](data)
	case entryFieldsSet:
		return decodeLocal[FieldsSet](data)
	case entryLinked:
		return decodeLocal[Linked](data)
	case entryReplySaved:
		return decodeLocal[ReplySaved](data)
	case entryReplyRemoved:
		return decodeLocal[ReplyRemoved](data)
	case entryStarred:
		return decodeLocal[TemplateStarred](data)
	case entryReplyUsed:
		return decodeLocal[ReplyUsed](data)
	case entryMediaStored:
		return decodeLocal[MediaStored](data)
	case entryMediaFailed:
		return decodeLocal[MediaFailed](data)
	case entryMediaWanted:
		return decodeLocal[MediaWanted](data)
	case entryMediaDropped:
		return decodeLocal[MediaDropped](data)
	case entrySyncRequested:
		return decodeLocal[SyncRequested](data)
	case entrySyncSettled:
		return decodeLocal[SyncSettled](data)
	case entryChatImported:
		return decodeLocal[ChatImported](data)
	case entryListenerProved:
		return decodeLocal[ListenerProved](data)
	}
	return nil, fmt.Errorf("no local fact is called %q", kind)
}

func decodeLocal[F Fact](data []byte) (Fact, error) {
	var f F
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, err
	}
	return f, nil
}
