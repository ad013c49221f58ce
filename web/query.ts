import {
  QueryClient,
  type UseMutationOptions,
  type UseQueryOptions,
  useInfiniteQuery,
  useMutation,
  useQueries,
  useQuery,
} from '@tanstack/react-query'
import type { RouteContract } from '../contract/route.ts'
import { type AnswerOf, ApiError, type InputArgs, type InputOf, call } from './api.ts'

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      // A refusal or a bad request does not get better by asking again; a broken line may.
      retry: (count, error) =>
        count < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 502),
    },
  },
})

/** Invalidate with `keyOf(contract)`, or narrower with `keyOf(contract, input)`. */
export function keyOf(contract: RouteContract, input?: unknown): unknown[] {
  const name = `${contract.method} ${contract.path}`
  return input === undefined ? [name] : [name, input]
}

// The rest argument of a generic contract cannot be followed through the spread by the type checker.
type AnyCall<C extends RouteContract> = (
  contract: C,
  input: unknown,
  options?: { signal: AbortSignal },
) => Promise<AnswerOf<C>>

type QueryExtra<T> = Pick<UseQueryOptions<T>, 'enabled' | 'staleTime' | 'refetchInterval' | 'placeholderData'>

const asked = <C extends RouteContract>(contract: C, input: unknown = {}) => ({
  queryKey: keyOf(contract, input),
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    (call as unknown as AnyCall<C>)(contract, input, { signal }),
})

export function useCall<C extends RouteContract>(
  contract: C,
  ...[input, extra]: [...InputArgs<C>, extra?: QueryExtra<AnswerOf<C>>]
) {
  return useQuery<AnswerOf<C>>({
    ...asked<C>(contract, input),
    ...(extra as QueryExtra<AnswerOf<C>> | undefined),
  })
}

/** Asks for what a screen that is about to open will show; what was asked before is asked again by whoever shows it. */
export function askAhead<C extends RouteContract>(contract: C, input: InputOf<C>): void {
  const query = asked<C>(contract, input)
  if (!queryClient.getQueryState(query.queryKey)) queryClient.query(query).catch(() => undefined)
}

/** The same route for several inputs at once; each answer is cached for itself. */
export function useCalls<C extends RouteContract>(contract: C, inputs: InputOf<C>[]) {
  return useQueries({
    queries: inputs.map((input) => asked<C>(contract, input)),
  })
}

type Page = { items: unknown[]; nextCursor: string | null }

export type ItemOf<C extends RouteContract> = AnswerOf<C> extends { items: (infer T)[] } ? T : never

/** A list page by page: `items` are all rows so far. */
export function useCallPages<C extends RouteContract>(
  contract: C,
  input: InputOf<C>,
  extra: { enabled?: boolean; keepPrevious?: boolean; refetchInterval?: number } = {},
) {
  const result = useInfiniteQuery({
    queryKey: keyOf(contract, input),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ signal, pageParam }) =>
      (call as unknown as AnyCall<C>)(
        contract,
        { ...(input as object), query: { ...(input as { query?: object }).query, cursor: pageParam } },
        { signal },
      ),
    getNextPageParam: (last) => (last as Page).nextCursor ?? undefined,
    enabled: extra.enabled ?? true,
    ...(extra.refetchInterval ? { refetchInterval: extra.refetchInterval } : {}),
    ...(extra.keepPrevious ? { placeholderData: (previous) => previous } : {}),
  })
  const items = (result.data?.pages ?? []).flatMap((one) => (one as Page).items as ItemOf<C>[])
  return { ...result, items }
}

export function useAct<C extends RouteContract>(
  contract: C,
  options: Omit<UseMutationOptions<AnswerOf<C>, Error, InputOf<C>>, 'mutationFn'> = {},
) {
  return useMutation<AnswerOf<C>, Error, InputOf<C>>({
    mutationFn: (input) => (call as unknown as AnyCall<C>)(contract, input),
    ...options,
  })
}
