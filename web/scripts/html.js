// Pages that are fetched.

export function parseHTML(text) {
  return new DOMParser().parseFromString(text, 'text/html')
}
