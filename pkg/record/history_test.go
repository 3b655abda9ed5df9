package record

import (
	"encoding/json"
	"testing"
)

// Files of before there were other tasks are histories of classes.
func TestHistoryOfBefore(t *testing.T) {
	var h History
	if err := json.Unmarshal([]byte(`{"model":"CNN","dataset":"d","epochs":[{"epoch":1,"loss":0.5,"accuracy":0.75}],"steps":3,"elapsed":5,"finished":true}`), &h); err != nil {
		t.Fatal(err)
	}
	if !h.Classifies() || h.Epochs[0].Accuracy != 0.75 || h.Best != 0 {
		t.Errorf("%+v", h)
	}
	if h.Learns = "values"; h.Classifies() {
		t.Error("values have no accuracy")
	}
}
