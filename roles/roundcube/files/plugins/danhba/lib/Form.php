<?php

declare(strict_types=1);

namespace Danhba;

use danhba;
use html;
use rcube;
use rcube_utils;

/**
 * The form by which a password is changed. It works without scripts; the script adds a hint and a button to show, and
 * keeps what was typed where it was refused. Nothing that was typed comes back in a page.
 */
final class Form
{
    /** @var list<string> why the last attempt failed */
    public array $reasons = [];

    public function __construct(
        private readonly danhba $plugin,
        private readonly Service $service,
        private readonly Session $session,
        private readonly Support $support,
        private readonly int $minimum
    ) {
    }

    /**
     * Change the password to what was posted. The service's answer; null where nothing was changed, and why is noted.
     * `$refused` is the text for an old password that is wrong.
     */
    public function change(string $address, #[\SensitiveParameter] string $old, string $refused = 'refused'): ?array
    {
        $new = $this->chosen();
        if ($new === null) {
            return null;
        }
        $answer = $this->service->change_password($address, $old, $new, rcube_utils::remote_addr());
        if ($answer['answer'] === 'changed') {
            return $answer;
        }
        if ($answer['answer'] === 'unsuitable') {
            $this->unsuitable($answer);
        } else {
            $this->reasons[] = $this->session->refusal($answer, $refused);
        }
        return null;
    }

    /** What was posted: the new password, or null when the two fields differ or are empty (and the reason is noted). */
    private function chosen(): ?string
    {
        $new = $this->posted('_new');
        if ($new === '') {
            $this->reasons[] = $this->plugin->gettext('newmissing');
        } elseif ($new !== $this->posted('_again')) {
            $this->reasons[] = $this->plugin->gettext('different');
        }
        return $this->reasons ? null : $new;
    }

    /** A field exactly as it was typed: a password is not trimmed, nor are its signs taken for HTML. */
    public function posted(string $field): string
    {
        $value = $_POST[$field] ?? '';
        return is_string($value) && mb_check_encoding($value, 'UTF-8') ? $value : '';
    }

    /** Note why the service did not take a password. @param array{reasons?: list<array{vi: string, en: string}>} $answer */
    private function unsuitable(array $answer): void
    {
        $language = str_starts_with((string) ($_SESSION['language'] ?? 'vi'), 'vi') ? 'vi' : 'en';
        foreach ($answer['reasons'] ?? [] as $reason) {
            $this->reasons[] = (string) ($reason[$language] ?? $reason['vi'] ?? '');
        }
    }

    /** The form. `$fields` are the names of texts and fields: old, new, again. */
    public function html(string $action, string $address, array $fields, string $intro): string
    {
        $this->plugin->include_stylesheet('danhba.css');
        $this->plugin->include_script('danhba.js');
        $inputs = implode('', array_map(fn (string $field): string => $this->field($field, $field === $fields[0]), $fields));
        // Password managers need to know whose password it is. Roundcube itself adds the request token to a form.
        $hidden = html::tag('input', ['type' => 'text', 'name' => '_username', 'value' => $address,
            'autocomplete' => 'username', 'readonly' => 'readonly', 'hidden' => 'hidden', 'aria-hidden' => 'true',
            'tabindex' => '-1']);
        $submit = html::tag('button', ['type' => 'submit', 'class' => 'button mainaction submit btn btn-primary'],
            $this->text('change'));
        return html::div('danhba-form formcontent', $intro . $this->rules() . $this->alert() . html::tag('form',
            ['method' => 'post', 'action' => $action, 'class' => 'propform', 'id' => 'danhba-form', 'autocomplete' => 'on'],
            $hidden . $inputs . $this->comforts() . html::div('formbuttons', $submit))
            . html::p('danhba-support', $this->support->html()));
    }

    /** A text of the plugin, as HTML. */
    public function text(string $name, array $vars = []): string
    {
        return rcube::Q($this->plugin->gettext(['name' => $name, 'vars' => $vars]));
    }

    private function alert(): string
    {
        $items = array_map(fn (string $reason): string => html::tag('li', [], rcube::Q($reason)), $this->reasons);
        return $items
            ? html::div(['class' => 'danhba-alert', 'role' => 'alert', 'id' => 'danhba-reasons'],
                html::tag('strong', [], $this->text('notchanged')) . html::tag('ul', [], implode('', $items)))
            : '';
    }

    private function field(string $name, bool $first): string
    {
        $input = ['type' => 'password', 'name' => "_$name", 'id' => "danhba-$name", 'required' => 'required', 'size' => '40',
            'class' => 'form-control', 'maxlength' => '1024', 'autocapitalize' => 'off', 'spellcheck' => 'false',
            'autocomplete' => $name === 'old' ? 'current-password' : 'new-password'];
        if ($name !== 'old') {
            $input['aria-describedby'] = $this->reasons ? 'danhba-rules danhba-reasons' : 'danhba-rules';
        }
        if ($first) {
            $input['autofocus'] = 'autofocus';
        }
        return html::div('danhba-field', html::label("danhba-$name", $this->text($name)) . html::tag('input', $input));
    }

    /** What a new password must be, said before one is typed (`danhba_host/credentials/policy.py` judges it). */
    private function rules(): string
    {
        $items = array_map(
            fn (string $rule): string => html::tag('li', [], $this->text($rule, ['minimum' => (string) $this->minimum])),
            ['rulelength', 'ruleowner', 'rulecommon', 'ruleformer']
        );
        return html::div(['class' => 'danhba-rules', 'id' => 'danhba-rules'],
            html::p(null, $this->text('rules')) . html::tag('ul', [], implode('', $items))
            . html::p(null, $this->text('ruleadvice')));
    }

    /** What the script brings to life. */
    private function comforts(): string
    {
        $hint = ['id' => 'danhba-strength', 'role' => 'status', 'hidden' => 'hidden',
            'data-weak' => $this->plugin->gettext('weak'), 'data-fair' => $this->plugin->gettext('fair'),
            'data-good' => $this->plugin->gettext('good')];
        return html::tag('p', $hint, '') . self::show_button($this->plugin);
    }

    /** The button that shows the passwords of its form; the script does, and without it there is no button. */
    public static function show_button(danhba $plugin): string
    {
        return html::tag('button', ['type' => 'button', 'class' => 'btn btn-secondary', 'id' => 'danhba-show',
            'data-show' => $plugin->gettext('show'), 'data-hide' => $plugin->gettext('hide'), 'hidden' => 'hidden'],
            rcube::Q($plugin->gettext('show')));
    }
}
