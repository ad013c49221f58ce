import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { type getMyLine, presences, setMyLine } from '../../../contract/line.ts'
import type { AnswerOf } from '../../api.ts'
import { CheckField, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { useDo } from '../../ui/useDo.ts'
import { callRoutes } from './stale.ts'

type LineDialogProps = { mine: AnswerOf<typeof getMyLine>; onClose: () => void; onSaved: () => void }

/** At which telephone I sit, and whether the queue gives me calls. */
export default function LineDialog({ mine, onClose, onSaved }: LineDialogProps) {
  const { t } = useTranslation()
  const { line, accounts } = mine
  const offers = (accountId: unknown) => accounts.find((one) => one.browser && one.id === accountId)
  const form = useContractForm(setMyLine, {
    values: {
      accountId: line?.accountId ?? accounts[0]?.id,
      extension: line?.extension ?? '',
      presence: line?.presence ?? 'available',
      browser: line?.browser ?? false,
      sipUser: accounts.find((one) => one.id === (line?.accountId ?? accounts[0]?.id))?.sipUser ?? undefined,
    },
    // A telephone system that takes no browsers is asked for none.
    toBody: (values) => ({
      ...values,
      browser: values['browser'] === true && offers(values['accountId']) !== undefined,
    }),
    draft: false,
    done: t('lineDialog.saved'),
    stale: callRoutes,
    onDone: () => {
      onSaved()
      onClose()
    },
  })
  const place = offers(form.values['accountId'])
  const leave = useDo(setMyLine, { done: t('lineDialog.saved'), stale: callRoutes, onDone: onClose })
  return (
    <FormDialog
      title={t('line.title')}
      size="small"
      okText={line ? undefined : t('lineDialog.sit')}
      form={form}
      onClose={onClose}
    >
      {accounts.length > 1 && (
        <PickField
          label={t('lineDialog.account')}
          {...form.pick('accountId')}
          options={accounts.map((one) => ({ value: String(one.id), text: `${one.name} · ${one.siteName}` }))}
          onChange={(value) => form.change({ accountId: Number(value) })}
        />
      )}
      <TextField
        label={t('lineDialog.extension')}
        hint={t('lineDialog.extensionHint')}
        autoFocus
        {...form.text('extension')}
      />
      <PickField
        label={t('lineDialog.presence')}
        {...form.pick('presence')}
        options={presences.map((value) => ({ value, text: t(`line.presences.${value}`) }))}
      />
      {place && (
        <>
          <CheckField label={t('lineDialog.browser')} {...form.check('browser')} />
          {form.values['browser'] === true && (
            <>
              <TextField
                label={t('lineDialog.sipUser')}
                hint={t('lineDialog.sipUserHint')}
                {...form.text('sipUser')}
              />
              <TextField
                type="password"
                autoComplete="new-password"
                label={t('lineDialog.sipSecret')}
                hint={t(place.sipUser === null ? 'lineDialog.sipSecretHint' : 'calls.telephony.secretKept')}
                {...form.text('sipSecret')}
              />
            </>
          )}
        </>
      )}
      {line && (
        <p>
          <Button
            loading={leave.isPending}
            onClick={() => leave.mutate({ body: { accountId: line.accountId, extension: null } })}
          >
            {t('lineDialog.leave')}
          </Button>
        </p>
      )}
    </FormDialog>
  )
}
