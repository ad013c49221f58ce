import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { explainDelay, keepPromise, type PromiseEntry, withdrawPromise } from '../../../contract/promise.ts'
import { PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { useDo } from '../../ui/useDo.ts'
import { promiseRoutes as stale } from './MakePromiseDialog.tsx'

const tones: Record<PromiseEntry['status'], Tone> = {
  open: 'primary',
  kept: 'success',
  broken: 'danger',
  withdrawn: 'neutral',
}

export function PromiseTag({ one }: { one: PromiseEntry }) {
  const { t } = useTranslation()
  return (
    <>
      <StatusTag tone={tones[one.status]}>{t(`promises.status.${one.status}`)}</StatusTag>
      {one.status === 'broken' && one.fulfilledAt !== null && (
        <span className="secondary small"> {t('promises.fulfilledLate')}</span>
      )}
    </>
  )
}

/** Kept, late for a reason, or taken back. */
export function PromiseActs({ one }: { one: PromiseEntry }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState<'withdraw' | 'explain' | null>(null)
  const keep = useDo(keepPromise, { stale, done: t('promises.keptNow') })
  const close = () => setOpen(null)
  return (
    <span className="button-line" onClick={(event) => event.stopPropagation()} role="presentation">
      {one.abilities.keep && (
        <Button
          size="small"
          disabled={keep.isPending}
          onClick={() => keep.mutate({ params: { id: one.id } })}
        >
          {t('promises.keep')}
        </Button>
      )}
      {one.abilities.explain && (
        <Button size="small" type="text" onClick={() => setOpen('explain')}>
          {t('promises.explain')}
        </Button>
      )}
      {one.abilities.withdraw && (
        <Button size="small" type="text" onClick={() => setOpen('withdraw')}>
          {t('promises.withdraw')}
        </Button>
      )}
      {open === 'withdraw' && (
        <ReasonDialog
          contract={withdrawPromise}
          params={{ id: one.id }}
          title={t('promises.withdraw')}
          okText={t('promises.withdraw')}
          label={t('promises.withdrawReason')}
          done={t('promises.withdrawn')}
          stale={stale}
          onClose={close}
        />
      )}
      {open === 'explain' && <ExplainDialog one={one} onClose={close} />}
    </span>
  )
}

function ExplainDialog({ one, onClose }: { one: PromiseEntry; onClose: () => void }) {
  const { t } = useTranslation()
  const form = useContractForm(explainDelay, {
    params: { id: one.id },
    values: { delayReason: one.delayReason ?? undefined, note: one.delayNote ?? '' },
    stale,
    done: t('promises.explained'),
    onDone: onClose,
  })
  return (
    <FormDialog
      title={t('promises.explain')}
      okText={t('common.save')}
      size="small"
      form={form}
      onClose={onClose}
    >
      <PickField
        label={t('promises.delayLabel')}
        {...form.pick('delayReason', (reason) => t(`promises.delay.${reason}`))}
      />
      <TextField label={t('promises.note')} {...form.text('note')} />
    </FormDialog>
  )
}
