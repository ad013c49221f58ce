import { useQuery } from '@tanstack/react-query'
import { saveFavourites } from '../../contract/access.ts'
import { call } from '../api.ts'
import { queryClient } from '../query.ts'
import { useMe } from '../session.tsx'

const most = 7
const queryKey = ['favourites']

/** Pages that I keep at hand; they follow me to every computer. */
export function useFavourites() {
  const me = useMe()
  const { data: favourites } = useQuery({
    queryKey,
    queryFn: () => me.favourites,
    initialData: me.favourites,
    staleTime: Infinity,
  })
  const toggle = (to: string) => {
    const pages = favourites.includes(to)
      ? favourites.filter((one) => one !== to)
      : [...favourites, to].slice(-most)
    queryClient.setQueryData(queryKey, pages)
    void call(saveFavourites, { body: { pages } }).catch(() => queryClient.setQueryData(queryKey, favourites))
  }
  return { favourites, toggle }
}
