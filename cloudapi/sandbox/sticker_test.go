package sandbox

import (
	"bytes"
	"image/color"
	"testing"

	"golang.org/x/image/webp"
)

func TestSampleSticker(t *testing.T) {
	for seed := range 5 {
		b := SampleSticker(seed)
		if kind := sniff(b); kind != "image/webp" || len(b) > 100<<10 {
			t.Errorf("%s of %d bytes", kind, len(b))
		}
		img, err := webp.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		nrgba := func(x, y int) color.NRGBA { return color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA) }
		if s := img.Bounds().Size(); s.X != 96 || s.Y != 96 || nrgba(0, 0).A != 0 || nrgba(31, 35) != (color.NRGBA{70, 40, 20, 255}) || nrgba(48, 48).R != 255 {
			t.Errorf("%v: %v %v %v", s, nrgba(0, 0), nrgba(31, 35), nrgba(48, 48))
		}
	}
}
