import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  type CaseDetail,
  type CaseGrant,
  decideGrant,
  grantMeasure,
  withdrawGrant,
} from '../../../contract/case.ts'
import { listCaseMeasures } from '../../../contract/case-setup.ts'
import { count } from '../../format/number.ts'
import { useTime } from '../../format/useTime.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import { useCall } from '../../query.ts'
import { NumberField, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { caseRoutes as stale } from './stale.ts'

const tones: Record<CaseGrant['status'], Tone> = {
  granted: 'success',
  waiting: 'warning',
  refused: 'danger',
  withdrawn: 'neutral',
}
type Open = { grant: CaseGrant; what: 'approve' | 'refuse' | 'takeBack' } | 'new' | null

/** What was granted for the defect, what waits for approval, and the decisions on it. */
export function GrantPanel({ one }: { one: CaseDetail }) {
  const { t } = useTranslation()
  const shipped = useShipped()
  const time = useTime()
  const [open, setOpen] = useState<Open>(null)
  const close = () => setOpen(null)
  return (
    <section className="panel" aria-label={t('cases.grants')}>
      <div className="panel-head">
        <h2>{t('cases.grants')}</h2>
        {one.abilities.settle && <Button onClick={() => setOpen('new')}>{t('cases.grant')}</Button>}
      </div>
      {one.grants.length === 0 && <p className="secondary small">{t('cases.noGrants')}</p>}
      <ul className="row-list">
        {one.grants.map((grant) => (
          <li key={grant.id}>
            <div>
              <strong>{shipped(grant.measureName)}</strong>{' '}
              {grant.amount !== null && <>{t('cases.yuan', { n: count(grant.amount) })} </>}
              <StatusTag tone={tones[grant.status]}>{t(`cases.grantStatus.${grant.status}`)}</StatusTag>
              {grant.note && <p className="small">{grant.note}</p>}
              <p className="secondary small">
                {[
                  grant.askedByName,
                  time.moment(grant.askedAt),
                  grant.reason && `${grant.decidedByName ?? ''}：${grant.reason}`,
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </p>
            </div>
            <span className="button-line">
              {grant.mayDecide && (
                <>
                  <Button onClick={() => setOpen({ grant, what: 'approve' })}>{t('cases.approve')}</Button>
                  <Button onClick={() => setOpen({ grant, what: 'refuse' })}>{t('cases.refuse')}</Button>
                </>
              )}
              {one.abilities.settle && (grant.status === 'waiting' || grant.status === 'granted') && (
                <Button type="text" onClick={() => setOpen({ grant, what: 'takeBack' })}>
                  {t('cases.takeBack')}
                </Button>
              )}
            </span>
          </li>
        ))}
      </ul>
      {open === 'new' && <GrantDialog one={one} onClose={close} />}
      {open !== null && open !== 'new' && open.what !== 'takeBack' && (
        <ReasonDialog
          contract={decideGrant}
          params={{ id: open.grant.id }}
          fixed={{ approve: open.what === 'approve' }}
          title={`${t(`cases.${open.what}`)}：${shipped(open.grant.measureName)}`}
          okText={t(`cases.${open.what}`)}
          label={t('cases.decideReason')}
          done={t('cases.decided')}
          stale={stale}
          onClose={close}
        />
      )}
      {open !== null && open !== 'new' && open.what === 'takeBack' && (
        <ReasonDialog
          contract={withdrawGrant}
          params={{ id: open.grant.id }}
          title={t('cases.takeBack')}
          okText={t('cases.takeBack')}
          label={t('cases.reason')}
          done={t('cases.tookBack')}
          stale={stale}
          onClose={close}
        />
      )}
    </section>
  )
}

function GrantDialog({ one, onClose }: { one: CaseDetail; onClose: () => void }) {
  const { t } = useTranslation()
  const shipped = useShipped()
  const measures = useCall(listCaseMeasures, { query: { siteId: one.siteId } })
  const form = useContractForm(grantMeasure, {
    params: { id: one.id },
    values: { amount: null, note: '' },
    stale,
    done: (answer) => t(answer.grants.at(-1)?.status === 'waiting' ? 'cases.grantAsked' : 'cases.granted'),
    onDone: onClose,
  })
  const items = measures.data?.items ?? []
  const measure = items.find((item) => item.id === Number(form.values['measureId']))
  const limit =
    measure &&
    (measure.own === 'any'
      ? t('cases.ownAny')
      : measure.own === 'none'
        ? t('cases.ownNone')
        : t('cases.ownLimit', { n: count(measure.own) }))
  return (
    <FormDialog title={t('cases.grant')} okText={t('cases.grant')} form={form} onClose={onClose}>
      <PickField
        label={t('cases.measure')}
        {...form.pick('measureId')}
        {...(limit && { hint: limit })}
        options={items.map((item) => ({ value: String(item.id), text: shipped(item.name) }))}
        onChange={(value) => form.change({ measureId: Number(value), amount: null })}
      />
      {measure?.priced && <NumberField label={t('cases.amount')} {...form.number('amount')} />}
      <TextField label={t('cases.closeNote')} {...form.text('note')} />
    </FormDialog>
  )
}
