package supervisor

import (
	"net"
	"syscall"
)

// quickConn acknowledges received data before each read. supervisord writes a reply in
// pieces of 4,096 bytes with Nagle's algorithm on: the second piece waits for the
// acknowledgement of the first, and the kernel delays that by 40 ms once a connection
// has been used a few times. The setting is not permanent, so it is repeated before
// each read.
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
	// If it fails, the read is slower, not wrong.
	_ = c.raw.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_QUICKACK, 1)
	})
	return c.TCPConn.Read(p)
}
