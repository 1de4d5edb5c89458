package term

import (
	"encoding/base64"
	"strconv"
)

// Pictures in kitty's protocol (sw.kovidgoyal.net/kitty/graphics-protocol): the pixels are sent once, under an id, and
// are then shown wherever a cell holds a placeholder of that id. Placeholders are text: they scroll, are cut and are
// overwritten like text, and tmux carries them.

const (
	pictureRune = 0x10eeee
	placeholder = "\U0010eeee"
	kittyChunk  = 4096 // bytes of base64 in one sequence, at most
)

// rowMarks number the rows and columns of placeholders, and carry the high byte of an id: the combining marks of class
// 230 that the protocol lists, as many as a preview needs.
var rowMarks = []rune{
	0x0305, 0x030d, 0x030e, 0x0310, 0x0312, 0x033d, 0x033e, 0x033f, 0x0346, 0x034a, 0x034b, 0x034c, 0x0350, 0x0351, 0x0352, 0x0357,
	0x035b, 0x0363, 0x0364, 0x0365, 0x0366, 0x0367, 0x0368, 0x0369, 0x036a, 0x036b, 0x036c, 0x036d, 0x036e, 0x036f, 0x0483, 0x0484,
	0x0485, 0x0486, 0x0487, 0x0592, 0x0593, 0x0594, 0x0595, 0x0597, 0x0598, 0x0599, 0x059c, 0x059d, 0x059e, 0x059f, 0x05a0, 0x05a1,
	0x05a8, 0x05a9, 0x05ab, 0x05ac, 0x05af, 0x05c4, 0x0610, 0x0611, 0x0612, 0x0613, 0x0614, 0x0615, 0x0616, 0x0617, 0x0657, 0x0658,
	0x0659, 0x065a, 0x065b, 0x065d, 0x065e, 0x06d6, 0x06d7, 0x06d8, 0x06d9, 0x06da, 0x06db, 0x06dc, 0x06df, 0x06e0, 0x06e1, 0x06e2,
	0x06e4, 0x06e7, 0x06e8, 0x06eb, 0x06ec, 0x0730, 0x0732, 0x0733, 0x0735, 0x0736, 0x073a, 0x073d, 0x073f, 0x0740, 0x0741, 0x0743,
	0x0745, 0x0747, 0x0749, 0x074a, 0x07eb, 0x07ec, 0x07ed, 0x07ee, 0x07ef, 0x07f0, 0x07f1, 0x07f3, 0x0816, 0x0817, 0x0818, 0x0819,
	0x081b, 0x081c, 0x081d, 0x081e, 0x081f, 0x0820, 0x0821, 0x0822, 0x0823, 0x0825, 0x0826, 0x0827, 0x0829, 0x082a, 0x082b, 0x082c,
}

// mostMarked is how many rows or columns a picture may have, and the highest high byte of an id.
var mostMarked = len(rowMarks)

// appendPlaceholders appends the cells of one row of a picture.
func appendPlaceholders(b []byte, st strip) []byte {
	high := int(st.id >> 24)
	b = append(b, "\x1b[38;5;"...)
	b = strconv.AppendUint(b, uint64(st.id&0xff), 10)
	b = append(b, 'm')
	for col := range st.cols {
		b = append(b, placeholder...)
		b = append(b, string(rowMarks[st.row])...)
		b = append(b, string(rowMarks[col])...)
		b = append(b, string(rowMarks[high])...)
	}
	return append(b, "\x1b[m"...)
}

// appendTransmit appends what makes the terminal know a picture.
func appendTransmit(b []byte, id uint32, h *hung, inTmux bool) []byte {
	data := base64.StdEncoding.EncodeToString(h.png)
	head := "a=T,U=1,q=2,f=100,i=" + strconv.FormatUint(uint64(id), 10) + ",c=" + strconv.Itoa(h.cols) + ",r=" + strconv.Itoa(h.rows)
	for first := true; first || data != ""; first = false {
		n := min(kittyChunk, len(data))
		control := "q=2"
		if first {
			control = head
		}
		more := ",m=0"
		if n < len(data) {
			more = ",m=1"
		}
		b = appendKitty(b, control+more+";"+data[:n], inTmux)
		data = data[n:]
	}
	return b
}

// appendForget appends what makes the terminal forget a picture, its pixels included.
func appendForget(b []byte, id uint32, inTmux bool) []byte {
	return appendKitty(b, "a=d,d=I,q=2,i="+strconv.FormatUint(uint64(id), 10), inTmux)
}

// appendKitty appends one sequence of the protocol; tmux hands it on when it may (allow-passthrough).
func appendKitty(b []byte, body string, inTmux bool) []byte {
	if inTmux {
		b = append(b, "\x1bPtmux;\x1b\x1b_G"...)
		b = append(b, body...)
		return append(b, "\x1b\x1b\\\x1b\\"...)
	}
	b = append(b, "\x1b_G"...)
	b = append(b, body...)
	return append(b, "\x1b\\"...)
}

// askKitty asks whether the terminal knows the protocol: a picture of one pixel that is not kept. The id is that of
// nothing else.
const (
	askKitty   = "i=31,s=1,v=1,a=q,t=d,f=24;AAAA"
	kittyFine  = "_Gi=31;OK"
	askDevice  = "\x1b[c"
	askCell    = "\x1b[16t"
	sixelThere = 4 // among the attributes of a device
)

// askGraphics asks what pictures the terminal can show, and how large a cell is. It answers when it likes.
func askGraphics(inTmux bool) string {
	return string(appendKitty(nil, askKitty, inTmux)) + askDevice + askCell
}
