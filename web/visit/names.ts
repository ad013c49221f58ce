/** The page of today's visits and the cache that keeps it. */
export const visitPath = '/visits/today'
export const visitCache = 'careloop-visits'
