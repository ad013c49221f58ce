/** A name as people write it, in letters of any script: messages repeat it, so that it is no text of somebody's own. */
export const namePattern = /^\p{L}[\p{L}\p{M}·•.'’ -]+$/u
