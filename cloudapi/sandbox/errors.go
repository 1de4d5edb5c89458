package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// graphError is a refusal in the shape of the Graph API: an HTTP status and the "error" object.
type graphError struct {
	status  int
	code    int
	subcode int
	kind    string // "type" in the body; OAuthException when empty
	message string
	details string
	plain   string // an error of 360dialog's own: nothing but a text
}

func (e *graphError) Error() string { return fmt.Sprintf("graph error %d: %s", e.code, e.details) }

// row is what Meta says for a code: status of the answer, title and details (error code reference).
type row struct {
	status  int
	title   string
	details string
}

// catalogue holds the errors that the sandbox answers with by itself or on demand. Codes whose status Meta does
// not document are answered 400.
var catalogue = map[int]row{
	0:       {401, "AuthException", "We were unable to authenticate the app user."},
	1:       {400, "API Unknown", "Invalid request or possible server error."},
	2:       {503, "Service temporarily unavailable", ""},
	3:       {500, "API Method", "Capability or permissions issue."},
	4:       {400, "Application request limit reached", ""},
	10:      {403, "Application does not have permission for this action", ""},
	33:      {400, "Parameter value is not valid", "The business phone number has been deleted."},
	100:     {400, "Invalid parameter", ""},
	104:     {401, "An access token is required to request this resource.", ""},
	190:     {401, "Error validating access token: the token has expired.", ""},
	200:     {403, "You do not have the necessary permissions to send messages on behalf of this account", ""},
	341:     {400, "Application limit reached", ""},
	368:     {403, "Temporarily blocked for policies violations", "The account has been restricted for violating a policy."},
	613:     {400, "Calls to this api have exceeded the rate limit.", ""},
	80007:   {400, "Rate limit issues", "The WhatsApp Business Account has reached its rate limit."},
	80008:   {400, "Rate limit issues", "There have been too many calls to this WhatsApp Business account."},
	130403:  {400, "Recipient is blocked", "This business has blocked the user."},
	130429:  {400, "Rate limit hit", "Cloud API message throughput has been reached."},
	130472:  {400, "User's number is part of an experiment", "Failed to send message because this user's phone number is part of an experiment."},
	130497:  {403, "Business account is restricted from messaging users in this country", "Messaging to this country is restricted for the account."},
	131000:  {500, "Something went wrong", "Message failed to send due to an unknown error."},
	131005:  {403, "Access denied", "Permission is either not granted or has been removed."},
	131008:  {400, "Required parameter is missing", ""},
	131009:  {400, "Parameter value is not valid", "Please check the parameters you have provided."},
	131016:  {500, "Service unavailable", "A service is temporarily unavailable."},
	131021:  {400, "Recipient cannot be sender", "Recipient phone number is the same as the sender phone number."},
	131026:  {400, "Message undeliverable", "Message undeliverable."},
	131030:  {400, "Recipient phone number not in allowed list", "Add the recipient number to the test recipient list."},
	131031:  {403, "Business Account locked", "The account has been restricted or disabled."},
	131037:  {400, "Display name approval needed", "The display name of this number must be approved before it can send."},
	131042:  {400, "Business eligibility payment issue", "There is a problem with the payment method of this account."},
	131045:  {500, "Incorrect certificate", "Message failed to send due to a phone number registration error."},
	131047:  {400, "Re-engagement message", "Message failed to send because more than 24 hours have passed since the customer last replied to this number."},
	131048:  {400, "Spam rate limit hit", "Sending from this number is restricted for now."},
	131049:  {400, "This message was not delivered to maintain healthy ecosystem engagement.", "In order to maintain a healthy ecosystem engagement, the message failed to be delivered."},
	131050:  {400, "User stopped marketing messages", "The recipient has stopped marketing messages from this business."},
	131051:  {400, "Unsupported message type", "Message type is not supported."},
	131052:  {400, "Media download error", "Failed to download the media from the sender."},
	131053:  {400, "Media upload error", "Media file could not be processed."},
	131055:  {400, "Method not allowed", "This action is not allowed for this account or endpoint."},
	131056:  {400, "(Business Account, Consumer Account) pair rate limit hit", "Too many messages from this number to the same user in a short period."},
	131057:  {500, "Account in maintenance mode", "Business account is in maintenance mode."},
	131059:  {400, "Invalid cursor", "The paging cursor has expired."},
	131060:  {400, "This message is currently unavailable.", "This message is currently unavailable."},
	131061:  {400, "Template needs the marketing endpoint", "This template has a price cap."},
	131062:  {400, "Business-scoped user ID recipients are not supported", "Business-scoped User ID (BSUID) recipients are not supported for this message."},
	131063:  {400, "Marketing templates are disabled on Cloud API", "Use the Marketing Messages API or re-enable marketing templates."},
	131215:  {400, "Groups not available", "This number cannot use groups through the API."},
	132000:  {400, "Number of parameters does not match the expected number of params", ""},
	132001:  {404, "Template name does not exist in the translation", ""},
	132005:  {400, "Translated text too long", "Body text with parameters exceeds the limit."},
	132007:  {400, "Template format character policy violated", ""},
	132008:  {400, "Template parameter format mismatch", ""},
	132012:  {400, "Parameter format does not match format in the created template", ""},
	132015:  {400, "Template is paused", "The template is paused due to low quality."},
	132016:  {400, "Template is disabled", "The template is permanently disabled due to low quality."},
	132018:  {400, "There's an issue with the parameters in your template.", ""},
	133010:  {400, "Account not registered", "The phone number is not registered on the WhatsApp Business Platform."},
	135000:  {400, "Generic user error", "Something is wrong with the request."},
	137000:  {400, "Recipient identity key hash mismatch", "The customer's identity has changed."},
	2593107: {400, "Synchronization request limit exceeded", "This number has already used its synchronization call of this type."},
	2593108: {400, "Synchronization request made outside of allowed time window", "Synchronization must be requested within 24 hours of onboarding."},
	2593109: {400, "History sync is turned off by the business from the WhatsApp Business App", "History sharing is turned off by the business"},
}

func known(code int) bool {
	_, ok := catalogue[code]
	return ok
}

// fail makes the error of the catalogue, with its own details in place of the general ones when given.
func fail(code int, details string, args ...any) *graphError {
	r, ok := catalogue[code]
	if !ok {
		r = row{400, "Generic user error", ""}
	}
	e := &graphError{status: r.status, code: code, message: fmt.Sprintf("(#%d) %s", code, r.title), details: r.details}
	if details != "" {
		e.details = fmt.Sprintf(details, args...)
	}
	switch code {
	case 104:
		e.message = r.title
	case 190:
		e.message, e.subcode = r.title, 463
	case 2:
		e.message = "An unexpected error has occurred. Please retry your request later."
	case 130429:
		e.subcode = 2494055
	}
	return e
}

// refuse makes the plain form of code 100, whose message is the whole explanation.
func refuse(message string, args ...any) *graphError {
	return &graphError{status: 400, code: 100, message: "(#100) " + fmt.Sprintf(message, args...)}
}

// noObject answers for an id that does not exist or is not shared with the token.
func noObject(method, id string) *graphError {
	return &graphError{status: 400, code: 100, subcode: 33, kind: "GraphMethodException",
		message: fmt.Sprintf("Unsupported %s request. Object with ID '%s' does not exist, cannot be loaded due to missing permissions, or does not support this operation.", lowerMethod(method), id)}
}

func lowerMethod(m string) string {
	switch m {
	case http.MethodPost:
		return "post"
	case http.MethodDelete:
		return "delete"
	}
	return "get"
}

func noPath(path string) *graphError {
	return &graphError{status: 400, code: 2500, message: "Unknown path components: " + path}
}

// write sends the error. The trace id is drawn by the caller so that two answers can be told apart.
func (e *graphError) write(w http.ResponseWriter, trace string) {
	if e.plain != "" {
		writeJSON(w, e.status, map[string]any{"error": e.plain})
		return
	}
	kind := e.kind
	if kind == "" {
		kind = "OAuthException"
	}
	body := map[string]any{"message": e.message, "type": kind, "code": e.code, "fbtrace_id": trace}
	if e.subcode != 0 {
		body["error_subcode"] = e.subcode
	}
	if e.details != "" {
		body["error_data"] = map[string]string{"messaging_product": "whatsapp", "details": e.details}
	}
	if e.code == 2 || e.code == 4 {
		body["is_transient"] = true
	}
	if e.code == 104 || e.code == 190 {
		w.Header().Set("WWW-Authenticate", `OAuth "Facebook Platform" "invalid_token"`)
	}
	writeJSON(w, e.status, map[string]any{"error": body})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // a client that has gone is its own business
}

// reported is an error as webhooks carry it (messages status reference).
func (e *graphError) reported() reportedError {
	title := catalogue[e.code].title
	r := reportedError{Code: e.code, Title: title, Message: title, Href: "/documentation/business-messaging/whatsapp/support/error-codes"}
	r.Data.Details = e.details
	return r
}
