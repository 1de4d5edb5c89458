package inbox

import "github.com/fxamacker/cbor/v2"

// The views hold CBOR in its deterministic form, so that equal states are equal bytes.
var (
	encoder = func() cbor.EncMode {
		opts := cbor.CoreDetEncOptions()
		opts.Time = cbor.TimeRFC3339NanoUTC
		m, err := opts.EncMode()
		if err != nil {
			panic(err) // the options are constant
		}
		return m
	}()
	decoder = func() cbor.DecMode {
		m, err := cbor.DecOptions{MaxArrayElements: 1 << 20, MaxMapPairs: 1 << 20, UTF8: cbor.UTF8DecodeInvalid}.DecMode()
		if err != nil {
			panic(err)
		}
		return m
	}()
)

// encode never fails: the types of the views hold nothing that CBOR cannot.
func encode(v any) []byte {
	b, err := encoder.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

func decode(b []byte, v any) error { return decoder.Unmarshal(b, v) }
