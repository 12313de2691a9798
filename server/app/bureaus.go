package app

import (
	"context"
	"slices"
	"time"

	"hejie/negotiation"
	"hejie/negotiation/region"
)

// Bureau of market regulation. Its region is the largest that it is competent for; a bureau of a region within comes first.
type Bureau struct {
	ID      string    `json:"id"`
	Region  string    `json:"region"`
	NameZH  string    `json:"name_zh"`
	NameEN  string    `json:"name_en"`
	Phone   string    `json:"phone"`
	Address string    `json:"address"`
	Created time.Time `json:"created"`
}

// BureauReader reads bureaus.
type BureauReader interface {
	Bureau(ctx context.Context, id string) (Bureau, error)
	BureauOf(ctx context.Context, region string) (Bureau, error) // whose own region it is
	Bureaus(ctx context.Context) ([]Bureau, error)               // by region
}

// BureauWriter writes bureaus.
type BureauWriter interface {
	AddBureau(ctx context.Context, b Bureau) error // bureau_taken
	SetBureau(ctx context.Context, b Bureau) error // bureau_taken
}

// CompetentBureau finds the bureau for a region: its own, or that of the nearest region above it that has one; a bureau of the
// country (000000) comes last. Errors: no_bureau, invalid for an unknown region.
func CompetentBureau(ctx context.Context, r PlainReader, code string) (Bureau, error) {
	path := region.Path(code)
	if len(path) == 0 {
		return Bureau{}, negotiation.Invalid("region", "GB/T 2260")
	}
	slices.Reverse(path)
	for _, p := range append(path, region.Region{Code: region.Country}) {
		b, err := r.BureauOf(ctx, p.Code)
		if negotiation.CodeOf(err) != negotiation.CodeNotFound {
			return b, err
		}
	}
	return Bureau{}, negotiation.NewError(CodeNoBureau)
}

// bureauIfAny is CompetentBureau where it is no fault that there is none: nil then.
func bureauIfAny(ctx context.Context, r PlainReader, code string) (*Bureau, error) {
	b, err := CompetentBureau(ctx, r, code)
	if negotiation.CodeOf(err) == CodeNoBureau {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &b, nil
}

// checked normalises a bureau's fields.
func (b Bureau) checked() (Bureau, error) {
	if _, ok := region.Get(b.Region); !ok && b.Region != region.Country {
		return b, negotiation.Invalid("region", "GB/T 2260, 000000")
	}
	err := normalise(field{&b.NameZH, line("name_zh", 1, maxDetail)}, field{&b.NameEN, line("name_en", 1, maxDetail)},
		field{&b.Phone, line("phone", 1, maxDetail)}, field{&b.Address, line("address", 1, maxDetail)})
	return b, err

}
