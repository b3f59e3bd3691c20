#!/bin/bash
# dracut module: a systemd initrd that mounts root= and hands over. Of everything udev could
# announce only the block devices, by the one rule that tells systemd of them.

check() { return 0; }

depends() { echo systemd-udevd; }

install() {
    # systemd knows an initrd by this file.
    inst_simple /usr/lib/os-release /etc/initrd-release
    inst_simple "$moddir/trigger.conf" \
        /etc/systemd/system/systemd-udev-trigger.service.d/vmmlab.conf
    for unit in kmod-static-nodes systemd-modules-load systemd-sysctl systemd-tmpfiles-setup \
        systemd-tmpfiles-setup-dev systemd-tmpfiles-setup-dev-early; do
        ln -sfn /dev/null "$initdir/etc/systemd/system/$unit.service"
    done
    find "$initdir/usr/lib/udev" -mindepth 1 ! -type d ! -name 99-systemd.rules -delete
}
