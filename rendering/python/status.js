// What is said where a host does not give a pack: by the page, and by its worker, which asks for one.

const GONE = 404; // files' names hold the digests of their contents

/** The error that a status other than 200 is. */
export const statusError = (name, status) => new Error(status === GONE
  ? "the book has a new edition: reload the page" : `${name}.pack cannot be loaded (status ${status})`);
