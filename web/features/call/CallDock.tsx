import { PhoneFilled, UpOutlined } from '@ant-design/icons'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { getCall } from '../../../contract/call.ts'
import type { getMyLine } from '../../../contract/line.ts'
import type { AnswerOf } from '../../api.ts'
import { duration } from '../../format/number.ts'
import { useCall } from '../../query.ts'
import { useMe } from '../../session.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { useSeconds } from '../task/CallBar.tsx'
import { CallControls } from './CallControls.tsx'
import { Callers } from './Callers.tsx'
import { stateAt, stateTone } from './state.ts'
import { WrapUp } from './WrapUp.tsx'

type CallDockProps = { ids: number[]; refused: AnswerOf<typeof getMyLine>['refused'] }

const foldedKey = 'careloop.call.folded'

/** The call at my telephone, on whatever page I am: who it is, what to do, and afterwards what came of it. Folded, it stands in the top bar. */
export default function CallDock({ ids, refused }: CallDockProps) {
  const { t } = useTranslation()
  const me = useMe()
  const [chosen, setChosen] = useState<number>()
  const id = ids.find((one) => one === chosen) ?? ids[0] ?? 0
  // Folded away is one call; the next one shows itself.
  const [folded, setFolded] = useState(() => Number(sessionStorage.getItem(foldedKey)))
  const query = useCall(getCall, { params: { id } })
  const { data: call } = query
  const since = call?.answeredAt ?? call?.startedAt
  const seconds = useSeconds(call && call.endedAt === null && since ? Date.parse(since) : undefined)
  const small = folded === id
  const fold = (next: boolean) => {
    setFolded(next ? id : 0)
    sessionStorage.setItem(foldedKey, String(next ? id : 0))
  }
  const state = call && stateAt(call, me.id)
  const name = call ? (call.personName ?? call.number ?? t('calls.withheld')) : '…'
  const stateLine = call && state && (
    <>
      <span role="status">
        <StatusTag tone={stateTone[state]}>{t(`calls.states.${state}`)}</StatusTag>
      </span>
      {call.endedAt === null && seconds !== null && (
        <span className="call-dock-time">{duration(Math.max(0, seconds))}</span>
      )}
    </>
  )
  if (small)
    return (
      <button
        type="button"
        className="bar-button call-folded"
        aria-label={`${t('calls.pop.restore')} ${name}`}
        onClick={() => fold(false)}
      >
        <strong>{name}</strong>
        {stateLine}
      </button>
    )
  return (
    <aside className="call-dock" aria-label={t('calls.pop.label')}>
      <header className="call-dock-head">
        <PhoneFilled aria-hidden />
        <strong>{name}</strong>
        {stateLine}
        <button type="button" className="bar-button call-dock-fold" onClick={() => fold(true)}>
          <UpOutlined aria-hidden />
          <span className="visually-hidden">{t('calls.pop.minimise')}</span>
        </button>
      </header>
      <div className="call-dock-body stack">
        {ids.length > 1 && (
          <div className="filter-bar" role="group" aria-label={t('calls.title')}>
            {ids.map((one) => (
              <button
                key={one}
                type="button"
                className="chip"
                aria-pressed={one === id}
                onClick={() => setChosen(one)}
              >
                {t('calls.detail', { n: one })}
              </button>
            ))}
          </div>
        )}
        {query.isError || !call ? (
          <Unloaded query={query} />
        ) : (
          <>
            {refused && <Notice tone="warning" title={t('calls.pop.refused', { error: refused.error })} />}
            <Callers call={call} />
            {call.endedAt === null ? <CallControls call={call} /> : <WrapUp key={call.id} call={call} />}
          </>
        )}
      </div>
    </aside>
  )
}
