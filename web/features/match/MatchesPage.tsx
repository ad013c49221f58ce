import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  comparePersons,
  decideMatchPair,
  listMatchPairs,
  type MatchPair,
  matchStatus,
} from '../../../contract/match.ts'
import { getPerson, listPersons } from '../../../contract/person.ts'
import { useCall, useCallPages } from '../../query.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { useShortcut } from '../../ui/useShortcut.ts'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { PairTable } from './PairTable.tsx'
import { RunLine } from './RunLine.tsx'
import { useDo } from '../../ui/useDo.ts'

const keyOfPair = (pair: MatchPair) => `${pair.left.id}-${pair.right.id}`

/** Pairs that may be one person: list at the left, the two side by side at the right, decided by keyboard. */
export default function MatchesPage() {
  const { t } = useTranslation()
  const [filters, setFilters] = useFilters()
  const asked = first(filters['status'])
  const status = matchStatus.options.find((one) => one === asked) ?? 'open'
  const [chosen, setChosen] = useState<string | null>(null)
  const source = useCallPages(listMatchPairs, { query: { limit: 50, status } }, { keepPrevious: true })
  const { items } = source
  const at = Math.max(
    0,
    items.findIndex((pair) => keyOfPair(pair) === chosen),
  )
  const pair = items[at]
  const go = (step: number) => {
    const next = items[Math.min(items.length - 1, Math.max(0, at + step))]
    if (next) setChosen(keyOfPair(next))
  }
  useShortcut('j', () => go(1), { enabled: items.length > 0 })
  useShortcut('k', () => go(-1), { enabled: items.length > 0 })

  return (
    <div className="page">
      <PageHeader title={t('match.reviewTitle')} extra={<RunLine />}>
        <p className="secondary">{t('match.reviewHint')}</p>
        <div className="filter-bar" role="group" aria-label={t('match.statusFilter')}>
          {matchStatus.options.map((one) => (
            <button
              key={one}
              type="button"
              className="chip"
              aria-pressed={one === status}
              onClick={() => setFilters({ status: one === 'open' ? undefined : one })}
            >
              {t(`match.status.${one}`)}
            </button>
          ))}
        </div>
      </PageHeader>
      {(source.isError || source.isPending) && <Unloaded query={source} height={360} />}
      {!source.isPending && !source.isError && !pair && (
        <EmptyState title={t('match.reviewEmpty')} hint={t('match.reviewEmptyHint')} />
      )}
      {pair && (
        <div className="match-columns">
          <section className="panel match-list" aria-label={t('match.pairs')}>
            <ul className="pick-list">
              {items.map((one, index) => (
                <li key={keyOfPair(one)}>
                  <button
                    type="button"
                    className="match-row"
                    aria-current={index === at}
                    onClick={() => setChosen(keyOfPair(one))}
                  >
                    <strong>{t('match.pairOf', { left: one.left.name, right: one.right.name })}</strong>
                    <span className="secondary small">
                      {t('match.likely', { n: Math.floor(one.probability * 100) })}
                    </span>
                  </button>
                </li>
              ))}
            </ul>
            {source.hasNextPage && (
              <Button onClick={() => void source.fetchNextPage()}>{t('common.loadMore')}</Button>
            )}
          </section>
          <Review
            key={keyOfPair(pair)}
            pair={pair}
            onDone={() => {
              const next = items[at + 1] ?? items[at - 1]
              setChosen(next ? keyOfPair(next) : null)
            }}
          />
        </div>
      )}
    </div>
  )
}

function Review({ pair, onDone }: { pair: MatchPair; onDone: () => void }) {
  const { t } = useTranslation()
  const [survivor, setSurvivor] = useState<'left' | 'right'>('left')
  const ids = { leftId: pair.left.id, rightId: pair.right.id }
  const query = useCall(comparePersons, { params: ids })
  const decide = useDo(decideMatchPair, {
    done: ({ status }) => t(`match.decided.${status}`),
    stale: [listMatchPairs, comparePersons, getPerson, listPersons],
    onDone,
  })
  const open = pair.status === 'open' || pair.status === 'later'
  const same = () => {
    const survivorId = survivor === 'left' ? ids.leftId : ids.rightId
    decide.mutate({
      params: ids,
      body: { decision: 'same', survivorId, reason: t('match.reasons.merge.three') },
    })
  }
  const settle = (decision: 'different' | 'later' | 'open') =>
    decide.mutate({ params: ids, body: { decision } })
  const ready = open && query.data !== undefined && !decide.isPending
  useShortcut('1', () => setSurvivor('left'))
  useShortcut('2', () => setSurvivor('right'))
  useShortcut('s', same, { enabled: ready })
  useShortcut('d', () => settle('different'), { enabled: ready })
  useShortcut('l', () => settle('later'), { enabled: ready && pair.status === 'open' })

  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
  return (
    <section className="panel">
      <div className="tag-line">
        <StatusTag tone="info">{t('match.likely', { n: Math.floor(pair.probability * 100) })}</StatusTag>
        {pair.rule && <StatusTag tone="success">{t('match.rule')}</StatusTag>}
        {pair.decidedByName && <span className="secondary small">{pair.decidedByName}</span>}
      </div>
      {query.data ? (
        <PairTable pair={query.data} survivor={survivor} onSurvivor={setSurvivor} />
      ) : (
        <span className="skeleton" role="status" aria-label={t('common.loading')} style={{ height: 320 }} />
      )}
      {open && (
        <div className="button-line match-decide">
          <Button type="primary" disabled={!ready} onClick={same}>
            {t('match.isSame')} <kbd>s</kbd>
          </Button>
          <Button disabled={!ready} onClick={() => settle('different')}>
            {t('match.isDifferent')} <kbd>d</kbd>
          </Button>
          {pair.status === 'open' && (
            <Button disabled={!ready} onClick={() => settle('later')}>
              {t('match.decideLater')} <kbd>l</kbd>
            </Button>
          )}
          <span className="secondary small">{t('match.keys')}</span>
        </div>
      )}
      {pair.status === 'different' && (
        <div className="button-line match-decide">
          <Button disabled={decide.isPending} onClick={() => settle('open')}>
            {t('match.askAgain')}
          </Button>
        </div>
      )}
    </section>
  )
}
