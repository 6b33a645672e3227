package supervisor

// RememberedLogs is of how many logs the client remembers something.
func (c *Client) RememberedLogs() int {
	c.failed.mu.Lock()
	defer c.failed.mu.Unlock()
	return len(c.failed.logs)
}
