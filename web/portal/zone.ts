import { createContext, use } from 'react'

/** Times are those of the hospital, wherever the telephone is. */
export const Zone = createContext('Asia/Shanghai')
export const useZone = () => use(Zone)
