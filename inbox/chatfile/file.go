package chatfile

import (
	"path"
	"regexp"
	"strings"
	"unicode"
)

// What stands for a file: a word in angle brackets on Android, "image omitted" after a mark of direction on iPhones, or,
// when the files were exported too, the name of one. The words are those of the phone's language.
var (
	inBrackets = regexp.MustCompile(`^<[^<>\n:]{3,60}>$`)
	attached   = regexp.MustCompile(`^<[^<>\n:]{3,30}: ([^<>\n]+\.[A-Za-z0-9]{2,5})>$`)
	besides    = regexp.MustCompile(`^(\S[^\n]*\.[A-Za-z0-9]{2,5}) \([^()\n]{3,60}\)$`)
	omitted    = regexp.MustCompile(`(?i)omitted|omitid|ocult|omesso|omessa|omis|weggelassen|ausgeschlossen|weggelaten|dihilangkan|tidak disertakan|छोड़|محذوف|استبعاد|已省略`)
	numbered   = regexp.MustCompile(`^(IMG|VID|AUD|PTT|STK|DOC)-\d{8}-WA\d+\.[A-Za-z0-9]{2,5}$`)

	deletedWords = regexp.MustCompile(`(?i)^(this message was deleted|you deleted this message|se eliminó este mensaje|eliminaste este mensaje|mensagem apagada|você apagou esta mensagem|esta mensagem foi apagada|diese nachricht wurde gelöscht|du hast diese nachricht gelöscht|pesan ini telah dihapus|anda telah menghapus pesan ini|ce message a été supprimé|vous avez supprimé ce message|यह संदेश हटाया गया|आपने यह संदेश मिटाया|تم حذف هذه الرسالة|حذفتَ هذه الرسالة)\.?\s*$`)
	editedMark   = regexp.MustCompile(`\s*[\x{200e}\x{200f}]?<(?i:this message was edited|se editó este mensaje\.?|mensagem editada|diese nachricht wurde bearbeitet\.?|pesan ini telah diedit|ce message a été modifié|यह संदेश एडिट किया गया|تم تعديل هذه الرسالة)>\s*$`)
)

// fileOf reports what a first line says of a file. Words in brackets count as one whatever they are: nobody can write a
// message that is nothing else by accident; a lone name of a file counts when phones name files so.
func fileOf(s string, marked bool) (kind, name string, ok bool) {
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if isMark(r) {
			return -1
		}
		return r
	}, s))
	if m := attached.FindStringSubmatch(s); m != nil {
		return kindOf(m[1]), m[1], true
	}
	if m := besides.FindStringSubmatch(s); m != nil && (marked || !strings.Contains(m[1], " ")) {
		return kindOf(m[1]), m[1], true
	}
	if numbered.MatchString(s) {
		return kindOf(s), s, true
	}
	if inBrackets.MatchString(s) && omitted.MatchString(s) {
		return "file", "", true
	}
	if marked && len(s) < 200 && omitted.MatchString(s) {
		if doc, _, ok := strings.Cut(s, " • "); ok { // Price list.pdf • 2 pages document omitted
			return "document", strings.TrimSpace(doc), true
		}
		return wordKind(s), "", true
	}
	return "", "", false
}

// kindOf tells the kind of a file by its name.
func kindOf(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".jpg", ".jpeg", ".png", ".gif", ".heic":
		return "image"
	case ".mp4", ".mov", ".3gp":
		return "video"
	case ".opus", ".ogg", ".m4a", ".mp3", ".aac", ".amr":
		return "audio"
	case ".webp":
		return "sticker"
	}
	return "document"
}

// wordKind tells it by the word before "omitted", in the languages in which the words are alike.
func wordKind(s string) string {
	first := strings.ToLower(strings.FieldsFunc(s+" .", unicode.IsSpace)[0])
	for _, k := range []struct{ kind, begins string }{
		{"image", "imag"}, {"image", "immag"}, {"image", "bild"}, {"image", "foto"}, {"image", "gambar"}, {"image", "gif"}, {"image", "صورة"},
		{"video", "vid"}, {"video", "víd"}, {"audio", "audi"}, {"audio", "áudio"}, {"sticker", "sticker"}, {"sticker", "figurinha"}, {"document", "do"},
	} {
		if strings.HasPrefix(first, k.begins) {
			return k.kind
		}
	}
	return "file"
}
