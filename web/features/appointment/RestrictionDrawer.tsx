import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  appealRestriction,
  type BookingRestriction,
  decideRestriction,
  listBookingRestrictions,
} from '../../../contract/booking-restriction.ts'
import { useTime } from '../../format/useTime.ts'
import { SidePanel } from '../../ui/Dialog.tsx'
import { Fact } from '../../ui/Fact.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { appointmentRoutes } from './stale.ts'
import { RestrictionState } from './status.tsx'

const stale = [...appointmentRoutes, listBookingRestrictions]
type Act = 'appeal' | 'lift' | 'uphold'

/** Why somebody may not book by web and phone: the rule, what it counted, what it left out, and the appeal. */
export function RestrictionDrawer({
  restriction,
  onClose,
}: {
  restriction: BookingRestriction
  onClose: () => void
}) {
  const { t } = useTranslation()
  const [act, setAct] = useState<Act | null>(null)
  const { id, rule, counted, leftOut, appeal, abilities } = restriction
  const close = () => setAct(null)
  const asked = { params: { id }, stale, label: t('noShows.reason'), onClose: close }
  return (
    <SidePanel
      title={t('noShows.detail', { name: restriction.personName })}
      onClose={onClose}
      footer={
        (abilities.appeal || abilities.decide) && (
          <span className="button-line">
            {abilities.decide && (
              <Button type="primary" onClick={() => setAct('lift')}>
                {t('noShows.lift')}
              </Button>
            )}
            {abilities.decide && appeal && (
              <Button onClick={() => setAct('uphold')}>{t('noShows.uphold')}</Button>
            )}
            {abilities.appeal && <Button onClick={() => setAct('appeal')}>{t('noShows.noteAppeal')}</Button>}
          </span>
        )
      }
    >
      <div className="stack">
        <RestrictionState restriction={restriction} />
        <Notice tone="info" title={t('noShows.open')} />
        <dl className="facts">
          <Fact name={t('appointments.person')}>
            <Link to="/persons/$id" params={{ id: String(restriction.personId) }}>
              {restriction.personName}
            </Link>
          </Fact>
          <Fact name={t('noShows.from')}>
            <TimeText at={restriction.fromAt} show="moment" />
          </Fact>
          <Fact name={t('noShows.until')}>
            <TimeText at={restriction.until} show="moment" />
          </Fact>
          <Fact name={t('noShows.rule')}>
            {t('noShows.ruleText', rule)} {t(`noShows.cutOff.${rule.cutOff}`)}
          </Fact>
          {appeal && (
            <Fact name={t('noShows.appeal')}>
              {appeal.text}
              <br />
              <span className="secondary small">
                {appeal.byName} · <TimeText at={appeal.at} show="moment" />
              </span>
            </Fact>
          )}
          {restriction.reason && (
            <Fact name={t('noShows.decision')}>
              {restriction.reason}
              <br />
              <span className="secondary small">
                {restriction.decidedByName} ·{' '}
                <TimeText at={restriction.endedAt ?? restriction.upheldAt} show="moment" />
              </span>
            </Fact>
          )}
        </dl>
        <h2>{t('noShows.counted')}</h2>
        <Past items={counted} text={(one) => t(`noShows.kind.${one.kind}`)} />
        {leftOut.length > 0 && (
          <>
            <h2>{t('noShows.leftOut')}</h2>
            <Past items={leftOut} text={(one) => t(`noShows.why.${one.why}`)} />
          </>
        )}
      </div>
      {act === 'appeal' && (
        <ReasonDialog
          {...asked}
          contract={appealRestriction}
          title={t('noShows.noteAppeal')}
          okText={t('noShows.noteAppeal')}
          label={t('noShows.appealText')}
          done={t('noShows.appealNoted')}
        />
      )}
      {(act === 'lift' || act === 'uphold') && (
        <ReasonDialog
          {...asked}
          contract={decideRestriction}
          fixed={{ lift: act === 'lift' }}
          title={t(`noShows.${act}`)}
          okText={t(`noShows.${act}`)}
          usual={act === 'lift' ? [t('noShows.usual.proof'), t('noShows.usual.error')] : []}
          done={t(`noShows.done.${act}`)}
        />
      )}
    </SidePanel>
  )
}

type Told = BookingRestriction['counted'][number] | BookingRestriction['leftOut'][number]

function Past<T extends Told>({ items, text }: { items: T[]; text: (one: T) => ReactNode }) {
  const time = useTime()
  return (
    <ul className="row-list">
      {items.map((one) => (
        <li key={one.id}>
          <div>
            <Link to="/appointments" search={{ view: 'all', open: String(one.id) }}>
              {time.moment(one.startsAt)}
            </Link>{' '}
            {one.departmentName}
            <p className="secondary small">
              {one.number} · {text(one)}
            </p>
          </div>
        </li>
      ))}
    </ul>
  )
}
