package supervisor

import (
	"net"
	"syscall"
)

// quickConn acknowledges what it has received before it reads on. supervisord
// writes a reply in pieces of 4,096 bytes with Nagle's algorithm on: the second
// piece waits for the acknowledgement of the first, and the kernel delays that
// by 40 ms once a connection has been used a few times. The setting is not
// permanent, so it is made before each read.
type quickConn struct {
	*net.TCPConn
	raw syscall.RawConn
}

func acknowledgeAtOnce(conn net.Conn) net.Conn {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return conn
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return conn
	}
	return &quickConn{TCPConn: tcp, raw: raw}
}

// Read implements net.Conn.
func (c *quickConn) Read(p []byte) (int, error) {
	// Without the setting the read is slower, not wrong: its failure is nothing to act on.
	_ = c.raw.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_QUICKACK, 1)
	})
	return c.TCPConn.Read(p)
}
