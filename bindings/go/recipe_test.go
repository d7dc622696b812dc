// SPDX-License-Identifier: Apache-2.0

package limen_test

import (
	"errors"
	"image"
	"image/color"
	"math"
	"reflect"
	"testing"

	limen "github.com/limen-image/limen/bindings/go"
)

func canonical(t *testing.T, recipe limen.Recipe) string {
	t.Helper()
	key, err := recipe.Canonical()
	if err != nil {
		t.Fatalf("%+v: %v", recipe, err)
	}
	return key
}

// Each of these says something else than the zero Recipe, and than each other.
var recipes = map[string]limen.Recipe{
	"zero":             {},
	"crop":             {Crop: image.Rect(1, 2, 30, 40)},
	"crop to corner":   {Crop: image.Rectangle{Min: image.Pt(1, 2)}},
	"trim":             {Trim: true},
	"trim tolerance":   {Trim: true, TrimTolerance: 9},
	"rotate":           {Rotate: 12},
	"flip horizontal":  {FlipHorizontal: true},
	"flip vertical":    {FlipVertical: true},
	"width":            {Width: 100},
	"height":           {Height: 100},
	"cover":            {Width: 100, Height: 80},
	"contain":          {Width: 100, Height: 80, Fit: limen.FitContain},
	"fill":             {Width: 100, Height: 80, Fit: limen.FitFill},
	"inside":           {Width: 100, Height: 80, Fit: limen.FitInside},
	"outside":          {Width: 100, Height: 80, Fit: limen.FitOutside},
	"if smaller":       {Width: 100, Height: 80, FitIfSmaller: limen.FitContain},
	"enlarge":          {Width: 100, Enlarge: true},
	"north":            {Width: 100, Height: 80, Gravity: limen.GravityNorth},
	"south-east":       {Width: 100, Height: 80, Gravity: limen.GravitySouthEast},
	"focus":            {Width: 100, Height: 80, Focus: &limen.Focus{X: 0.2, Y: 0.3}},
	"focus in pixels":  {Width: 100, Height: 80, Focus: &limen.Focus{X: 20, Y: 30, Unit: limen.FocusPixels}},
	"focus of resized": {Width: 100, Height: 80, Focus: &limen.Focus{X: 0.2, Y: 0.3, Unit: limen.FocusResizedFraction}},
	"dpr":              {Width: 100, DPR: 3},
	"mitchell":         {Width: 100, Filter: limen.FilterMitchell},
	"nearest":          {Width: 100, Filter: limen.FilterNearest},
	"linear light":     {Width: 100, LinearLight: true},
	"shrink":           {Width: 100, Shrink: limen.ShrinkCoarse},
	"sharpen":          {Sharpen: limen.Sharpen{Amount: 1}},
	"sharpen sigma":    {Sharpen: limen.Sharpen{Amount: 1, Sigma: 2}},
	"sharpen from":     {Sharpen: limen.Sharpen{Amount: 1, Threshold: 0.5}},
	"blur":             {Blur: 2},
	"brightness":       {Brightness: 0.1},
	"contrast":         {Contrast: 2},
	"gamma":            {Gamma: 2},
	"saturation":       {Saturation: 2},
	"greyscale":        {Greyscale: true},
	"radius":           {Radius: 5},
	"background":       {Background: color.NRGBA{1, 2, 3, 255}},
	"half background":  {Background: color.NRGBA{1, 2, 3, 100}},
	"format":           {Format: limen.AVIF},
	"formats":          {Formats: []limen.Format{limen.WebP, limen.JPEG}},
	"flicker-proof":    {Fidelity: limen.FlickerProof()},
	"score":            {Fidelity: limen.Score(70)},
	"bytes":            {Fidelity: limen.MaxBytes(30000)},
	"quality":          {Fidelity: limen.Quality(77)},
	"lossless":         {Format: limen.WebP, Fidelity: limen.Lossless()},
	"near-lossless":    {Format: limen.WebP, Fidelity: limen.NearLossless(40)},
	"worst block":      {WorstBlock: 50},
	"always":           {AlwaysEncode: true},
	"fastest":          {Effort: limen.EffortFastest},
	"effort":           {Effort: 9},
	"chroma":           {Chroma: limen.Chroma444},
	"baseline":         {Baseline: true},
	"eight bits":       {EightBits: true},
	"no metadata":      {Metadata: limen.MetadataNone},
	"all metadata":     {Metadata: limen.MetadataKeep},
	"profile":          {KeepProfile: true},
	"mark":             {Marks: []limen.Mark{{Name: "m"}}},
	"mark name":        {Marks: []limen.Mark{{Name: "n"}}},
	"mark gravity":     {Marks: []limen.Mark{{Name: "m", Gravity: limen.GravityWest}}},
	"mark focus":       {Marks: []limen.Mark{{Name: "m", Focus: &limen.Focus{X: 0.1, Y: 0.9}}}},
	"mark scale":       {Marks: []limen.Mark{{Name: "m", Scale: 0.5}}},
	"mark of output":   {Marks: []limen.Mark{{Name: "m", OfOutput: 0.5}}},
	"mark pad x":       {Marks: []limen.Mark{{Name: "m", PadX: 0.5}}},
	"mark pad y":       {Marks: []limen.Mark{{Name: "m", PadY: 0.5}}},
	"mark pad share":   {Marks: []limen.Mark{{Name: "m", PadX: 0.5, PadY: 0.5, PadUnit: limen.PadFraction}}},
	"mark pad x share": {Marks: []limen.Mark{{Name: "m", PadX: 0.5, PadY: 0.5, PadUnit: limen.PadXFraction}}},
	"mark pad y share": {Marks: []limen.Mark{{Name: "m", PadX: 0.5, PadY: 0.5, PadUnit: limen.PadYFraction}}},
	"mark offset":      {Marks: []limen.Mark{{Name: "m", Offset: image.Pt(3, -4)}}},
	"mark opacity":     {Marks: []limen.Mark{{Name: "m", Opacity: 0.5}}},
	"mark tile":        {Marks: []limen.Mark{{Name: "m", Tile: true}}},
}

func TestEveryFieldCounts(t *testing.T) {
	seen := make(map[string]string)
	for name, recipe := range recipes {
		key := canonical(t, recipe)
		if other, ok := seen[key]; ok {
			t.Errorf("%s and %s have the key %s", name, other, key)
		}
		seen[key] = name
	}
}

func TestZeroIsTheDefault(t *testing.T) {
	want := canonical(t, limen.Recipe{Enlarge: true}) // the dialect enlarges
	parsed, err := limen.ParseQuery("")
	if err != nil {
		t.Fatal(err)
	}
	if got := canonical(t, parsed); got != want {
		t.Errorf("%s is not %s", got, want)
	}
	if !reflect.DeepEqual(parsed, limen.Recipe{Enlarge: true}) {
		t.Errorf("%+v", parsed)
	}
	for name, same := range map[string]limen.Recipe{
		"defaults by name": {
			Fit: limen.FitCover, DPR: 1, Contrast: 1, Gamma: 1, Saturation: 1, Fidelity: limen.Invisible(), Effort: 4,
		},
	} {
		if got := canonical(t, same); got != canonical(t, limen.Recipe{}) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestMarksNeedNoName(t *testing.T) {
	nameless := limen.Recipe{Marks: []limen.Mark{{Picture: limen.Image(badge(8)), Opacity: 0.5}}}
	named := limen.Recipe{Marks: []limen.Mark{{Name: "mark", Opacity: 0.5}}}
	if canonical(t, nameless) != canonical(t, named) {
		t.Error(canonical(t, nameless))
	}
	if _, err := limen.Plan(background, limen.Bytes(pngOf(badge(8))), nameless); err != nil {
		t.Error(err)
	}
}

func TestParseQuery(t *testing.T) {
	for query, want := range map[string]limen.Recipe{
		"?w=800&h=600&func=crop&q=75&gravity=north": {
			Width: 800, Height: 600, Enlarge: true, Gravity: limen.GravityNorth, Fidelity: limen.Quality(75),
		},
		"w=80&org_if_sml=1&func=bound&q=flicker-proof": {
			Width: 80, Fit: limen.FitInside, Fidelity: limen.FlickerProof(),
		},
		"tl_px=10,20&br_px=110,70&trim=7&r=90&flip=h": {
			Crop: image.Rect(10, 20, 110, 70), Trim: true, TrimTolerance: 7, Rotate: 90, FlipHorizontal: true,
			Enlarge: true,
		},
		"tl_px=10,20&force_format=webp&bg_color=102030": {
			Crop: image.Rectangle{Min: image.Pt(10, 20)}, Format: limen.WebP, Enlarge: true,
			Background: color.NRGBA{0x10, 0x20, 0x30, 0xff},
		},
		"w=100&h=100&gravity=25p,75p&sharp=2&blur=3&grey=1&radius=8&dpr=2": {
			Width: 100, Height: 100, Enlarge: true, Focus: &limen.Focus{X: 0.25, Y: 0.75},
			Sharpen: limen.Sharpen{Amount: 2}, Blur: 3, Greyscale: true, Radius: 8, DPR: 2,
		},
		"wat=1&wat_url=logo.png&wat_gravity=southeast&wat_scale=20p&wat_pad=10p,5&wat_opacity=0.5": {
			Enlarge: true,
			Marks: []limen.Mark{{
				Name: "logo.png", Gravity: limen.GravitySouthEast, OfOutput: 0.2, PadX: 0.1, PadY: 5,
				PadUnit: limen.PadXFraction, Opacity: 0.5,
			}},
		},
		"wat=1&wat_url=logo.png&wat_opacity=0": {Enlarge: true},
	} {
		got, err := limen.ParseQuery(query)
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n%+v\n%+v", query, got, want)
		}
	}
	for _, query := range []string{"w=0", "nonsense=1", "w=1&w=2", "w=%00", "w=1\x00", "func=crop&func=fit", "&&="} {
		if _, err := limen.ParseQuery(query); !errors.Is(err, limen.ErrInvalidArgument) {
			t.Errorf("%q: %v", query, err)
		}
	}
	if _, err := limen.ParseQuery("gravity=face"); !errors.Is(err, limen.ErrUnsupported) {
		t.Error(err)
	}
}

func TestRecipesThatMakeNoSense(t *testing.T) {
	huge := math.MaxInt32 + 1
	for name, recipe := range map[string]limen.Recipe{
		"negative width":    {Width: -1},
		"huge width":        {Width: huge},
		"huge height":       {Height: math.MinInt64},
		"huge crop":         {Crop: image.Rect(0, 0, huge, 1)},
		"huge crop corner":  {Crop: image.Rectangle{Min: image.Pt(huge, 0)}},
		"empty crop":        {Crop: image.Rectangle{Min: image.Pt(5, 5), Max: image.Pt(5, 9)}},
		"crop inside out":   {Crop: image.Rectangle{Min: image.Pt(5, 5), Max: image.Pt(1, 1)}},
		"trim":              {Trim: true, TrimTolerance: 256},
		"negative trim":     {Trim: true, TrimTolerance: -1},
		"rotate":            {Rotate: math.NaN()},
		"fit":               {Width: 1, Height: 1, Fit: 77},
		"negative fit":      {Width: 1, Height: 1, Fit: -1},
		"fit if smaller":    {Width: 1, Height: 1, FitIfSmaller: -1},
		"gravity":           {Gravity: 9},
		"negative gravity":  {Gravity: -1},
		"focus":             {Focus: &limen.Focus{X: math.Inf(1)}},
		"focus unit":        {Focus: &limen.Focus{Unit: 3}},
		"dpr":               {DPR: -1},
		"filter":            {Filter: 8},
		"negative filter":   {Filter: -1},
		"shrink":            {Shrink: 3},
		"sharpen":           {Sharpen: limen.Sharpen{Amount: 11}},
		"blur":              {Blur: 0.1},
		"gamma":             {Gamma: 100},
		"format":            {Format: 9},
		"negative format":   {Format: -3},
		"formats":           {Formats: []limen.Format{limen.JPEG, limen.JPEG}},
		"no format":         {Formats: []limen.Format{0}},
		"fidelity":          {Fidelity: limen.Fidelity{Kind: 99}},
		"negative fidelity": {Fidelity: limen.Fidelity{Kind: -1}},
		"quality":           {Fidelity: limen.Quality(101)},
		"not a quality":     {Fidelity: limen.Quality(math.NaN())},
		"score":             {Fidelity: limen.Score(0)},
		"no bytes":          {Fidelity: limen.MaxBytes(0)},
		"less than none":    {Fidelity: limen.MaxBytes(-5)},
		"effort":            {Effort: 10},
		"negative effort":   {Effort: -2},
		"chroma":            {Chroma: 70},
		"metadata":          {Metadata: 3},
		"mark scale":        {Marks: []limen.Mark{{Name: "m", Scale: -1}}},
		"mark opacity":      {Marks: []limen.Mark{{Name: "m", Opacity: 2}}},
		"mark pad":          {Marks: []limen.Mark{{Name: "m", PadX: math.NaN()}}},
		"mark pad unit":     {Marks: []limen.Mark{{Name: "m", PadUnit: 4}}},
		"mark gravity":      {Marks: []limen.Mark{{Name: "m", Gravity: 9}}},
		"mark focus unit":   {Marks: []limen.Mark{{Name: "m", Focus: &limen.Focus{Unit: limen.FocusPixels}}}},
		"mark offset":       {Marks: []limen.Mark{{Name: "m", Offset: image.Pt(0, huge)}}},
		"mark name":         {Marks: []limen.Mark{{Name: "a\x00b"}}},
	} {
		key, err := recipe.Canonical()
		if !errors.Is(err, limen.ErrInvalidArgument) {
			t.Errorf("%s: %q, %v", name, key, err)
		}
		for i := range recipe.Marks {
			recipe.Marks[i].Picture = limen.Image(badge(4))
		}
		if _, err := limen.Transform(background, limen.Bytes(jpegOf(scene(8, 8))), recipe); err == nil {
			t.Errorf("%s: Transform takes it", name)
		}
	}
}

func TestNames(t *testing.T) {
	for format, want := range map[limen.Format][2]string{
		limen.JPEG: {"jpeg", "image/jpeg"},
		limen.PNG:  {"png", "image/png"},
		limen.WebP: {"webp", "image/webp"},
		limen.AVIF: {"avif", "image/avif"},
		0:          {"none", "application/octet-stream"},
	} {
		if got := [2]string{format.String(), format.ContentType()}; got != want {
			t.Errorf("%d is %v", format, got)
		}
	}
	for fidelity, want := range map[limen.Fidelity]string{
		{}:                     "default",
		limen.Invisible():      "invisible",
		limen.FlickerProof():   "flicker-proof",
		limen.Score(70):        "score 70",
		limen.MaxBytes(9):      "at most 9 bytes",
		limen.Quality(80):      "quality 80",
		limen.Lossless():       "lossless",
		limen.NearLossless(40): "near-lossless 40",
		{Kind: 99}:             "Fidelity(99)",
	} {
		if fidelity.String() != want {
			t.Errorf("%s is not %s", fidelity, want)
		}
	}
	if version := limen.Version(); len(version) < 5 {
		t.Error(version)
	}
}

func TestPickFormat(t *testing.T) {
	all := []limen.Format{limen.AVIF, limen.WebP, limen.JPEG}
	for accept, want := range map[string]limen.Format{
		"image/avif,image/webp,*/*": limen.AVIF,
		"image/webp,*/*;q=0.8":      limen.WebP,
		"*/*":                       limen.JPEG,
		"":                          limen.JPEG,
		"image/webp;q=0.5, image/*": limen.JPEG,
		"text/html":                 0,
		"image/avif\x00":            0,
	} {
		if got := limen.PickFormat(accept, all...); got != want {
			t.Errorf("%q: %v", accept, got)
		}
	}
	if got := limen.PickFormat("*/*"); got != 0 {
		t.Error(got)
	}
}
