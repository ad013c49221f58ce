import { Button } from 'antd'
import { call } from '../../api.ts'
import { useTranslation } from 'react-i18next'
import {
  createOutboundChannel,
  listOutboundChannels,
  type OutboundChannel,
  outboundKinds,
  testOutboundChannel,
  updateOutboundChannel,
} from '../../../contract/outbound.ts'
import {
  AreaField,
  CheckField,
  ChecksField,
  FieldRow,
  NumberField,
  PickField,
  TextField,
} from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { useDo } from '../../ui/useDo.ts'
import { useOutboundReason } from './useOutboundReason.ts'

type ChannelDialogProps = {
  channel: OutboundChannel | null
  defaultTimeout: number
  onClose: () => void
}

export function ChannelDialog({ channel, defaultTimeout, onClose }: ChannelDialogProps) {
  const { t } = useTranslation()
  const why = useOutboundReason()
  const form = useContractForm(channel ? updateOutboundChannel : createOutboundChannel, {
    latest: async () => (await call(listOutboundChannels)).items.find((one) => one.id === channel?.id),
    ...(channel && { params: { id: channel.id } }),
    values: channel ?? {
      port: 2575,
      tls: false,
      receivingApplication: 'HIS',
      kinds: ['ADT^A31'],
      charset: 'UTF-8',
      hl7Version: '2.5',
      maxInFlight: 1,
      holdOnReject: false,
      active: true,
    },
    toBody: (values) => ({ ...values, tlsCa: values['tls'] ? (values['tlsCa'] ?? null) : null }),
    done: t('outbound.editor.saved'),
    stale: [listOutboundChannels],
    onDone: onClose,
  })
  const test = useDo(testOutboundChannel)
  const { host, port, tls, tlsCa } = form.values
  const same = (one: string) => one
  return (
    <FormDialog
      title={t(channel ? 'outbound.editor.edit' : 'outbound.editor.add')}
      form={form}
      onClose={onClose}
    >
      <FieldRow>
        <TextField
          label={t('outbound.editor.name')}
          hint={t('outbound.editor.nameHint')}
          {...form.text('name')}
        />
        <TextField
          label={t('outbound.editor.authority')}
          hint={t('outbound.editor.authorityHint')}
          {...form.text('assigningAuthority')}
        />
      </FieldRow>
      <FieldRow>
        <TextField label={t('outbound.editor.application')} {...form.text('receivingApplication')} />
        <TextField label={t('outbound.editor.facility')} {...form.text('receivingFacility')} />
      </FieldRow>
      <FieldRow>
        <TextField label={t('outbound.editor.host')} {...form.text('host')} />
        <NumberField label={t('outbound.editor.port')} {...form.number('port')} />
      </FieldRow>
      <ChecksField
        label={t('outbound.editor.kinds')}
        options={outboundKinds.map((value) => ({ value, text: t(`outbound.editor.kind.${value}`) }))}
        {...form.checks('kinds')}
      />
      <CheckField label={t('outbound.editor.tls')} {...form.check('tls')} />
      {tls === true && (
        <AreaField
          label={t('outbound.editor.tlsCa')}
          hint={t('outbound.editor.tlsCaHint')}
          mono
          rows={4}
          {...form.text('tlsCa')}
        />
      )}
      <div className="channel-test">
        <Button
          loading={test.isPending}
          disabled={!host || !port}
          onClick={() =>
            test.mutate({
              body: {
                host: String(host),
                port: Number(port),
                tls: tls === true,
                tlsCa: tls === true && typeof tlsCa === 'string' && tlsCa ? tlsCa : null,
              },
            })
          }
        >
          {t('outbound.editor.test')}
        </Button>
        {test.data &&
          (test.data.open ? (
            <Notice tone="success" title={t('outbound.editor.open', { n: test.data.milliseconds })} />
          ) : (
            <Notice tone="danger" title={why(test.data.problem ?? '')} />
          ))}
      </div>
      <FieldRow>
        <PickField label={t('outbound.editor.charset')} {...form.pick('charset', same)} />
        <PickField label={t('outbound.editor.version')} {...form.pick('hl7Version', same)} />
      </FieldRow>
      <FieldRow>
        <NumberField
          label={t('outbound.editor.timeout')}
          hint={t('outbound.editor.timeoutHint', { n: defaultTimeout })}
          {...form.number('ackTimeoutSeconds')}
        />
        <NumberField
          label={t('outbound.editor.inFlight')}
          hint={t('outbound.editor.inFlightHint')}
          {...form.number('maxInFlight')}
        />
      </FieldRow>
      <CheckField label={t('outbound.editor.hold')} {...form.check('holdOnReject')} />
      <CheckField label={t('outbound.editor.active')} {...form.check('active')} />
    </FormDialog>
  )
}
