package evidence

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"hejie/negotiation"
	"hejie/server/app"
)

// S3Options say where the bucket is and who we are there.
type S3Options struct {
	Endpoint string // http or https, host and port
	Region   string
	Bucket   string // is there already
	Prefix   string // of every key; "" or with a slash at its end
	Keys     Keys   // whose rights are to list the bucket and to read, write and remove below the prefix
}

// Keys to a bucket.
type Keys struct {
	Access, Secret string
	Token          string // of keys that end after some time; else ""
}

// ReadKeys reads the default profile of an AWS credentials file, or of "" the environment's AWS_ACCESS_KEY_ID,
// AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.
func ReadKeys(file string) (Keys, error) {
	from := credentials.NewEnvAWS()
	if file != "" {
		info, err := os.Stat(file)
		if err != nil {
			return Keys{}, err
		}
		if info.Mode().Perm()&0o077 != 0 {
			return Keys{}, fmt.Errorf("%s can be read by others: chmod 600 it", file)
		}
		from = credentials.NewFileAWSCredentials(file, "default")
	}
	v, err := from.GetWithContext(nil)
	switch {
	case err != nil:
		return Keys{}, fmt.Errorf("keys to the evidence: %w", err)
	case v.AccessKeyID != "" && v.SecretAccessKey != "":
		return Keys{v.AccessKeyID, v.SecretAccessKey, v.SessionToken}, nil
	case file == "":
		return Keys{}, errors.New("keys to the evidence are missing: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, or a credentials file")
	}
	return Keys{}, fmt.Errorf("%s has no aws_access_key_id and aws_secret_access_key in [default]", file)
}

// S3 is an app.Vault in a bucket.
type S3 struct {
	client         *minio.Client
	transport      *http.Transport
	bucket, prefix string
}

// Times and tries towards the server: somebody waits for the answer, and may ask again. All tries of a server that hangs end before
// their visitor's connection does, after half a minute: else nobody would be told.
const (
	dialTime   = 5 * time.Second
	answerTime = 8 * time.Second
	tries      = 3
	checkTime  = 30 * time.Second
)

// OpenS3 finds the bucket and tries out what will be needed of it, so that a wrong key is told at the start and not to the first
// who uploads.
func OpenS3(ctx context.Context, o S3Options) (*S3, error) {
	at, err := url.Parse(o.Endpoint)
	if err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https" || strings.Trim(at.Path, "/") != "" {
		return nil, fmt.Errorf("endpoint of the evidence: %q is not http(s)://host:port", o.Endpoint)
	}
	transport, err := minio.DefaultTransport(at.Scheme == "https")
	if err != nil {
		return nil, err
	}
	transport.DialContext = (&net.Dialer{Timeout: dialTime}).DialContext
	transport.ResponseHeaderTimeout = answerTime
	s := &S3{transport: transport, bucket: o.Bucket, prefix: o.Prefix}
	s.client, err = minio.New(at.Host, &minio.Options{Creds: credentials.NewStaticV4(o.Keys.Access, o.Keys.Secret, o.Keys.Token), Secure: at.Scheme == "https",
		Region: o.Region, Transport: transport, MaxRetries: tries})
	if err != nil {
		return nil, fmt.Errorf("endpoint of the evidence: %w", err)
	}
	if err := s.Check(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// String is where the evidence is, without anything secret.
func (s *S3) String() string {
	return fmt.Sprintf("s3://%s/%s at %s", s.bucket, s.prefix, s.client.EndpointURL().Host)
}

// Ping says whether the bucket can be listed.
func (s *S3) Ping(ctx context.Context) error {
	err := s.list(ctx, "", 1, func(minio.ObjectInfo) error { return errStop })
	if errors.Is(err, errStop) {
		return nil
	}
	return err
}

// Check lists, writes, reads and removes, and says in words which of it the server refused and what to do; first, whether an upload has
// where to wait.
func (s *S3) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	f, err := nameless()
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		return fmt.Errorf("evidence in %s: what is uploaded waits in a temporary file, and none can be made (TMPDIR names another place): %w", s, err)
	}
	key := s.prefix + "probe-" + app.NewID()
	err = s.Ping(ctx)
	if err == nil {
		_, err = s.client.PutObject(ctx, s.bucket, key, strings.NewReader("hejie"), 5, minio.PutObjectOptions{DisableMultipart: true})
	}
	if err == nil {
		_, err = s.client.StatObject(ctx, s.bucket, key, minio.StatObjectOptions{})
	}
	if err == nil {
		err = s.client.RemoveObject(ctx, s.bucket, key, minio.RemoveObjectOptions{})
	}
	if err == nil {
		return nil
	}
	todo := "the server cannot be reached or does not answer as S3 does"
	said := minio.ToErrorResponse(err)
	if said.StatusCode != 0 { // some servers have codes of their own
		todo = "the server refuses with " + said.Code
	}
	switch said.Code {
	case minio.InvalidAccessKeyID:
		todo = "the server does not know the access key"
	case minio.SignatureDoesNotMatch:
		todo = "the secret key is not that of the access key"
	case minio.AccessDenied:
		todo = "the access key may not list, read, write and remove there"
	case minio.NoSuchBucket:
		todo = "there is no such bucket: make it, readable by nobody else"
	}
	return fmt.Errorf("evidence in %s: %s: %w", s, todo, err)
}

var errStop = errors.New("enough")

// Close gives the connections back.
func (s *S3) Close() error {
	s.transport.CloseIdleConnections()
	return nil
}

func (s *S3) key(id string) (string, error) {
	_, err := known(id)
	return s.prefix + id, err
}

// Put stores what r gives; see app.Vault. An id that is there already is replaced. The bytes wait in a temporary file without a
// name until all of them are here.
func (s *S3) Put(ctx context.Context, id string, r io.Reader, most int64) (_ app.Stored, err error) {
	key, err := s.key(id)
	if err != nil {
		return app.Stored{}, err
	}
	f, err := nameless()
	if err != nil {
		return app.Stored{}, full(err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	stored, err := receive(ctx, f, r, most)
	if err != nil {
		return app.Stored{}, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return app.Stored{}, full(err)
	}
	// The server compares Content-MD5 with what it got. One request, whatever the size: all or nothing.
	_, err = s.client.PutObject(ctx, s.bucket, key, f, stored.Size, minio.PutObjectOptions{SendContentMd5: true, DisableMultipart: true,
		ContentType: "application/octet-stream", UserMetadata: map[string]string{"Sha256": stored.SHA256}})
	if err != nil {
		return app.Stored{}, full(err)
	}
	return stored, nil
}

// nameless makes a temporary file, which is gone once it is closed.
func nameless() (*os.File, error) {
	f, err := os.CreateTemp("", "hejie-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Open gives the bytes, or not_found. They come as they are read, from where they are read. The context is theirs until they are closed.
func (s *S3) Open(ctx context.Context, id string) (io.ReadSeekCloser, error) {
	key, err := s.key(id)
	if err != nil {
		return nil, err
	}
	o, err := s.client.GetObject(ctx, s.bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return nil, full(err)
	}
	if _, err := o.Stat(); err != nil {
		return nil, errors.Join(lost(err), o.Close())
	}
	return object{o}, nil
}

// object tells the server's failures apart from the content's.
type object struct{ *minio.Object }

func (o object) Read(b []byte) (int, error) {
	n, err := o.Object.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = lost(err)
	}
	return n, err
}

func (o object) Seek(offset int64, whence int) (int64, error) {
	n, err := o.Object.Seek(offset, whence)
	if err != nil {
		err = lost(err)
	}
	return n, err
}

func lost(err error) error {
	if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
		return negotiation.NewError(negotiation.CodeNotFound)
	}
	return full(err)
}

// Remove the bytes; none there is no error.
func (s *S3) Remove(ctx context.Context, id string) error {
	key, err := s.key(id)
	if err != nil {
		return err
	}
	err = s.client.RemoveObject(ctx, s.bucket, key, minio.RemoveObjectOptions{})
	if err != nil && minio.ToErrorResponse(err).Code != minio.NoSuchKey {
		return full(err)
	}
	return nil
}

// Each calls f with every id greater than after, and when it was stored. Objects that are no evidence are left alone.
func (s *S3) Each(ctx context.Context, after string, f func(id string, stored time.Time) error) error {
	var own error
	err := s.list(ctx, after, 0, func(o minio.ObjectInfo) error {
		id := strings.TrimPrefix(o.Key, s.prefix)
		if _, err := known(id); err == nil && id > after { // not every server heeds where to start
			own = f(id, o.LastModified)
		}
		return own
	})
	if err != nil && own == nil {
		return full(err)
	}
	return err
}

// list pages through the objects below the prefix, those after it and after, until f fails.
func (s *S3) list(ctx context.Context, after string, page int, f func(minio.ObjectInfo) error) error {
	if after != "" {
		after = s.prefix + after
	}
	for o := range s.client.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.prefix, Recursive: true, MaxKeys: page, StartAfter: after}) {
		if o.Err != nil {
			return o.Err
		}
		if err := f(o); err != nil {
			return err
		}
	}
	return ctx.Err()
}
