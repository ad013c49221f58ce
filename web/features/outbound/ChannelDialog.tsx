import { App, Button, Modal } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  createOutboundChannel,
  hl7Versions,
  listOutboundChannels,
  type OutboundChannel,
  outboundCharsets,
  testOutboundChannel,
  updateOutboundChannel,
} from '../../../contract/outbound.ts'
import { keyOf, queryClient, useAct } from '../../query.ts'
import { PickField, TextField } from '../../ui/fields.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { useExplain } from '../../ui/useExplain.ts'
import { fromForm, toForm } from './channelForm.ts'
import { useOutboundReason } from './useOutboundReason.ts'

type ChannelDialogProps = {
  channel: OutboundChannel | null
  defaultTimeout: number
  onClose: () => void
}

export function ChannelDialog({ channel, defaultTimeout, onClose }: ChannelDialogProps) {
  const { t } = useTranslation()
  const explain = useExplain()
  const why = useOutboundReason()
  const { message: toast } = App.useApp()
  const id = useId()
  const [form, setForm] = useState(() => toForm(channel))
  const change = (part: Partial<typeof form>) => setForm((old) => ({ ...old, ...part }))
  const body = fromForm(form)
  const saved = {
    onSuccess: () => {
      void toast.success(t('outbound.editor.saved'))
      void queryClient.invalidateQueries({ queryKey: keyOf(listOutboundChannels) })
      onClose()
    },
    onError: (error: Error) => void toast.error(explain(error)),
  }
  const create = useAct(createOutboundChannel, saved)
  const update = useAct(updateOutboundChannel, saved)
  const test = useAct(testOutboundChannel, { onError: saved.onError })
  const text = (name: 'name' | 'host' | 'port' | 'application' | 'facility' | 'authority', hint?: string) => (
    <TextField
      label={t(`outbound.editor.${name}`)}
      hint={hint}
      value={form[name]}
      required
      maxLength={180}
      {...(name === 'port' ? { pattern: '[0-9]{1,5}' } : {})}
      onChange={(value) => change({ [name]: value })}
    />
  )
  const check = (name: 'tls' | 'hold' | 'active') => (
    <label className="check-line">
      <input
        type="checkbox"
        checked={form[name]}
        onChange={(event) => change({ [name]: event.target.checked })}
      />
      {t(`outbound.editor.${name}`)}
    </label>
  )
  const pick = (name: 'charset' | 'version', values: readonly string[]) => (
    <PickField
      label={t(`outbound.editor.${name}`)}
      value={form[name]}
      options={values.map((value) => ({ value, text: value }))}
      onChange={(value) => change({ [name]: value })}
    />
  )
  return (
    <Modal
      open
      width="min(720px, 96vw)"
      style={{ top: 24 }}
      title={t(channel ? 'outbound.editor.edit' : 'outbound.editor.add')}
      okText={t('common.save')}
      cancelText={t('common.cancel')}
      okButtonProps={{ htmlType: 'submit', form: id, loading: create.isPending || update.isPending }}
      onCancel={onClose}
    >
      <form
        id={id}
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          if (channel)
            update.mutate({ params: { id: channel.id }, body: { ...body, version: channel.version } })
          else create.mutate({ body })
        }}
      >
        <div className="channel-fields">
          {text('name', t('outbound.editor.nameHint'))}
          {text('authority', t('outbound.editor.authorityHint'))}
          {text('application')}
          {text('facility')}
          {text('host')}
          {text('port')}
        </div>
        {check('tls')}
        {form.tls && (
          <div className="labelled">
            <label htmlFor={`${id}-ca`}>{t('outbound.editor.tlsCa')}</label>
            <textarea
              id={`${id}-ca`}
              className="field-input mono"
              rows={4}
              spellCheck={false}
              value={form.tlsCa}
              onChange={(event) => change({ tlsCa: event.target.value })}
            />
            <span className="secondary small">{t('outbound.editor.tlsCaHint')}</span>
          </div>
        )}
        <div className="channel-test">
          <Button
            disabled={test.isPending || !body.host || !body.port}
            onClick={() =>
              test.mutate({
                body: { host: body.host, port: body.port, tls: body.tls, tlsCa: body.tlsCa },
              })
            }
          >
            {t(test.isPending ? 'outbound.editor.testing' : 'outbound.editor.test')}
          </Button>
          {test.data &&
            (test.data.open ? (
              <Notice tone="success" title={t('outbound.editor.open', { n: test.data.milliseconds })} />
            ) : (
              <Notice tone="danger" title={why(test.data.problem ?? '')} />
            ))}
        </div>
        <div className="channel-fields">
          {pick('charset', outboundCharsets)}
          {pick('version', hl7Versions)}
          <TextField
            label={t('outbound.editor.timeout')}
            hint={t('outbound.editor.timeoutHint', { n: defaultTimeout })}
            value={form.timeout}
            pattern="[0-9]{1,3}([.][0-9])?"
            onChange={(timeout) => change({ timeout })}
          />
          <TextField
            label={t('outbound.editor.inFlight')}
            hint={t('outbound.editor.inFlightHint')}
            value={form.inFlight}
            required
            pattern="[1-9]|1[0-6]"
            onChange={(inFlight) => change({ inFlight })}
          />
        </div>
        {check('hold')}
        {check('active')}
      </form>
    </Modal>
  )
}
