package auth

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"time"

	"cesi/internal/cesi"
)

// DeviceLifetime is how long a browser stays known after a user's last login in it.
const DeviceLifetime = 180 * 24 * time.Hour

// The text of a device is base64 of the user's ID, the second in which it was made, 16
// random bytes, and their HMAC-SHA256 with a key of the database. It is not stored.
const (
	deviceRandom = 16
	deviceSigned = 8 + 8 + deviceRandom
	deviceBytes  = deviceSigned + sha256.Size
)

// NewDevice returns a text for the browser in which the user has just logged in. If the
// browser sends it at the next login, that user's tries there are throttled only by
// themselves, and not by failures from the same address or elsewhere. It proves nothing
// else.
func (s *Service) NewDevice(ctx context.Context, user cesi.User) (string, error) {
	key, err := s.store.DeviceKey(ctx)
	if err != nil {
		return "", err
	}
	text := binary.BigEndian.AppendUint64(nil, uint64(user.ID))
	text = binary.BigEndian.AppendUint64(text, uint64(s.now().Unix()))
	random := make([]byte, deviceRandom)
	_, _ = rand.Read(random) // never fails: see crypto/rand
	text = append(text, random...)
	return base64.RawURLEncoding.EncodeToString(append(text, sign(key, text)...)), nil
}

// knownDevice returns the name of the device in the throttle; empty if the text was
// made for another user, or is too old.
func (s *Service) knownDevice(ctx context.Context, text, user string) (string, error) {
	if len(text) != base64.RawURLEncoding.EncodedLen(deviceBytes) {
		return "", nil
	}
	whole, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return "", nil
	}
	key, err := s.store.DeviceKey(ctx)
	if err != nil {
		return "", err
	}
	signed := whole[:deviceSigned]
	if !hmac.Equal(sign(key, signed), whole[deviceSigned:]) {
		return "", nil
	}
	made := time.Unix(int64(binary.BigEndian.Uint64(signed[8:])), 0)
	if s.now().Sub(made) >= DeviceLifetime {
		return "", nil
	}
	u, _, err := s.store.User(ctx, user)
	if cesi.KindOf(err) == cesi.NotFound || err == nil && uint64(u.ID) != binary.BigEndian.Uint64(signed) {
		return "", nil
	}
	return "device " + hex.EncodeToString(signed[16:]), err
}

func sign(key, text []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(text)
	return mac.Sum(nil)
}
